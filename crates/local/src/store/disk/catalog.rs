//! The stored descriptions of the tables: what a restart knows about them.

use fjall::PersistMode;
use pegasus_protocol::thrift::{Reader, Wire};

use super::database::Disk;
use crate::store::error::StoreError;
use crate::store::table_record::TableRecord;

const NEXT_APP_ID: &[u8] = b"next_app_id";
/// The first byte of a table record's key. The app id follows as 32 big-endian bits.
const TABLE: u8 = b't';

impl Disk {
    /// The records of all tables in the order of their ids, including dropped ones.
    pub(crate) fn load_tables(&self) -> Result<Vec<TableRecord>, StoreError> {
        let rows = self.catalog.prefix([TABLE]);
        rows.map(|row| TableRecord::decode(row.value()?.into())).collect()
    }

    /// The id for the next table. Ids are never reused.
    pub(crate) fn load_next_app_id(&self) -> Result<i32, StoreError> {
        match self.catalog.get(NEXT_APP_ID)? {
            Some(stored) => Ok(i32::read(&mut Reader::new(stored.into()))?),
            None => Ok(1),
        }
    }

    /// Stores new or changed tables, and the id for the next table. They are on disk when this
    /// returns.
    pub(crate) fn save_tables(&self, tables: &[TableRecord], next_app_id: i32) -> Result<(), StoreError> {
        let mut batch = self.database.batch();
        batch.insert(&self.catalog, NEXT_APP_ID, next_app_id.to_be_bytes());
        for table in tables {
            let mut key = vec![TABLE];
            key.extend(table.info.app_id.to_be_bytes());
            batch.insert(&self.catalog, key, table.encode());
        }
        batch.commit()?;
        Ok(self.database.persist(PersistMode::SyncAll)?)
    }
}

#[cfg(test)]
mod tests {
    use pegasus_protocol::idl::{AppInfo, AppStatus};

    use super::*;
    use crate::store::Store;

    fn record(app_id: i32) -> TableRecord {
        let mut info = AppInfo {
            status: AppStatus::Available.into(),
            app_name: "temp".into(),
            app_id,
            partition_count: 2,
            drop_second: 5,
            ..AppInfo::default()
        };
        info.envs.insert("default_ttl".into(), "10".into());
        TableRecord { info, ballots: vec![3, -1], purging: vec![1] }
    }

    #[test]
    fn tables_survive_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(Some(directory.path())).unwrap();
        assert_eq!(store.load_next_app_id().unwrap(), 1);
        store.save_tables(&[record(1), record(300)], 301).unwrap();
        store.close().unwrap();

        let store = Store::open(Some(directory.path())).unwrap();
        assert_eq!(store.load_tables().unwrap(), [record(1), record(300)]);
        assert_eq!(store.load_next_app_id().unwrap(), 301);
    }
}
