//! Reads a configuration of tens of thousands of partitions some at a time.

use super::meta::{PartitionConfiguration, QueryCfgResponse};
use crate::error::DecodeError;
use crate::thrift::{ListReader, Reader, read_stop};

/// Reads a [`QueryCfgResponse`] in steps, so that a caller can do other things in between: 65,536 partitions take
/// tens of milliseconds.
///
/// It accepts and gives what reading at once does.
#[derive(Debug)]
pub struct QueryCfgReader {
    input: Reader,
    value: QueryCfgResponse,
    /// The list of partitions, from its start to its end.
    partitions: Option<ListReader<PartitionConfiguration>>,
    is_complete: bool,
}

impl QueryCfgReader {
    /// `input` is at the first field of the value, as [`ReplyFrame::reader`](crate::frame::ReplyFrame::reader) gives
    /// it.
    pub fn new(input: Reader) -> Self {
        Self { input, value: QueryCfgResponse::default(), partitions: None, is_complete: false }
    }

    /// Reads up to `most` further partitions, and whatever stands before and behind them. Says whether more is left.
    ///
    /// # Errors
    ///
    /// The value cannot be decoded.
    pub fn read_some(&mut self, most: usize) -> Result<bool, DecodeError> {
        while !self.is_complete {
            if let Some(partitions) = &mut self.partitions {
                partitions.read_some(most, &mut self.input)?;
                if !partitions.is_complete() {
                    return Ok(true);
                }
                self.value.partitions =
                    self.partitions.take().map(ListReader::into_elements).unwrap_or_default();
            }
            self.read_field()?;
        }
        Ok(false)
    }

    /// The fields of the IDL, as [`QueryCfgResponse`] declares them.
    fn read_field(&mut self) -> Result<(), DecodeError> {
        let (input, value) = (&mut self.input, &mut self.value);
        let ttype = input.u8()?;
        if ttype == 0 {
            self.is_complete = true;
            return read_stop(input);
        }
        match input.i16()? {
            1 => value.err = input.typed(ttype)?,
            2 => value.app_id = input.typed(ttype)?,
            3 => value.partition_count = input.typed(ttype)?,
            4 => value.is_stateful = input.typed(ttype)?,
            5 => {
                input.expect::<Vec<PartitionConfiguration>>(ttype)?;
                self.partitions = Some(ListReader::new(input)?);
            }
            _ => input.skip_value(ttype)?,
        }
        Ok(())
    }

    /// The value, as far as it has been read: all of it once [`read_some`](Self::read_some) has said so.
    pub fn into_value(self) -> QueryCfgResponse {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};
    use proptest::prelude::*;

    use super::*;
    use crate::frame::{decode_reply, encode_reply};
    use crate::rpc::QueryCfg;
    use crate::sample::{Sample, Source};
    use crate::types::ErrorCode;

    /// What reading in steps gives, and how many steps it took.
    fn in_steps(input: Reader, most: usize) -> Result<(QueryCfgResponse, usize), DecodeError> {
        let mut reader = QueryCfgReader::new(input);
        let mut steps = 1;
        while reader.read_some(most)? {
            steps += 1;
        }
        Ok((reader.into_value(), steps))
    }

    fn reply(bytes: &Bytes) -> crate::frame::ReplyFrame {
        decode_reply(&mut BytesMut::from(&bytes[..]), 1 << 20).unwrap().unwrap()
    }

    fn encoded(response: &QueryCfgResponse) -> Bytes {
        let mut out = BytesMut::new();
        encode_reply::<QueryCfg>(&ErrorCode::Ok, 1, response, &mut out);
        out.freeze()
    }

    #[test]
    fn so_many_partitions_are_read_in_a_step() {
        let partitions = vec![PartitionConfiguration::default(); 10];
        let response = QueryCfgResponse { partitions, app_id: 7, ..QueryCfgResponse::default() };
        let frame = reply(&encoded(&response));
        for (most, steps) in [(1, 10), (3, 4), (5, 2), (10, 1), (usize::MAX, 1)] {
            let read = in_steps(frame.reader::<QueryCfg>().unwrap().unwrap(), most);
            assert_eq!(read, Ok((response.clone(), steps)));
        }
    }

    proptest! {
        /// Any value, with any byte of it changed: the same value or the same error.
        #[test]
        fn it_reads_what_reading_at_once_does(seed: u64, most in 1_usize..4, at: prop::sample::Index, bits: u8) {
            let response = QueryCfgResponse::sample(&mut Source(seed));
            let whole = encoded(&response);
            let start = whole.len() - reply(&whole).reader::<QueryCfg>().unwrap().unwrap().left();
            let mut changed = BytesMut::from(&whole[..]);
            let behind = start + at.index(whole.len() - start);
            changed[behind] ^= bits;
            let frame = reply(&changed.freeze());
            let stepwise = in_steps(frame.reader::<QueryCfg>().unwrap().unwrap(), most).map(|(value, _)| Some(value));
            prop_assert_eq!(stepwise, frame.body::<QueryCfg>());
        }
    }
}
