//! Scans of a table.

use napi::{Error, Result};
use napi_derive::napi;

use super::native::NativeTable;
use crate::scan::options::NativeScanOptions;
use crate::scan::scanner::NativeScanner;

#[napi]
impl NativeTable {
    /// A scanner of one hash key. Nothing is sent before its first page is requested.
    #[napi]
    pub fn scanner(
        &self,
        hash_key: &[u8],
        start_sort_key: &[u8],
        stop_sort_key: &[u8],
        options: NativeScanOptions,
    ) -> Result<NativeScanner> {
        let options = options.read()?;
        let with_expiry = options.return_expire_ts;
        let scanner = self.table.scanner(hash_key, start_sort_key, stop_sort_key, options);
        let scanner = scanner.map_err(|error| Error::from_reason(error.to_string()))?;
        Ok(NativeScanner::new(self.starter.clone(), scanner, with_expiry))
    }

    /// At most `max_split_count` scanners, each for a share of the table's partitions.
    #[napi]
    pub fn unordered_scanners(
        &self,
        max_split_count: u32,
        options: NativeScanOptions,
    ) -> Result<Vec<NativeScanner>> {
        let options = options.read()?;
        let scanners = self.table.unordered_scanners(max_split_count, &options);
        let scanners = scanners.map_err(|error| Error::from_reason(error.to_string()))?;
        let native = |scanner| NativeScanner::new(self.starter.clone(), scanner, options.return_expire_ts);
        Ok(scanners.into_iter().map(native).collect())
    }
}
