//! Options of local clusters.

use napi_derive::napi;
use pegasus_local::ClusterOptions;

/// A table to create.
#[napi(object)]
pub struct NativeTableSpec {
    pub name: String,
    pub partition_count: u32,
}

/// Options of a local cluster. `lib/` has filled in all fields.
#[napi(object)]
pub struct NativeLocalOptions {
    pub tables: Vec<NativeTableSpec>,
    pub replica_servers: u16,
    pub meta_servers: u16,
    pub host: String,
    pub port: u16,
    pub data_dir: Option<String>,
    pub host_ports: bool,
}

impl From<NativeLocalOptions> for ClusterOptions {
    fn from(given: NativeLocalOptions) -> Self {
        Self {
            tables: given.tables.into_iter().map(|table| (table.name, table.partition_count)).collect(),
            replica_servers: given.replica_servers,
            meta_servers: given.meta_servers,
            host: given.host,
            port: given.port,
            data_dir: given.data_dir.map(Into::into),
            host_ports: given.host_ports,
        }
    }
}

impl From<ClusterOptions> for NativeLocalOptions {
    fn from(options: ClusterOptions) -> Self {
        let table = |(name, partition_count)| NativeTableSpec { name, partition_count };
        Self {
            tables: options.tables.into_iter().map(table).collect(),
            replica_servers: options.replica_servers,
            meta_servers: options.meta_servers,
            host: options.host,
            port: options.port,
            data_dir: options.data_dir.map(|dir| dir.to_string_lossy().into_owned()),
            host_ports: options.host_ports,
        }
    }
}
