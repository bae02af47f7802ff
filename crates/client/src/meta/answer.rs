//! What all replies of meta servers have in common: an error code, the leader, the reason of a refusal.

use pegasus_protocol::DecodeError;
use pegasus_protocol::frame::ReplyFrame;
use pegasus_protocol::idl::{QueryCfgReader, QueryCfgResponse};
use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;
use tokio::task::yield_now;

use crate::address::ServerAddress;

/// A reply of a meta server: its error code and, from a follower, the leader's address.
pub(crate) trait MetaAnswer {
    fn error(&self) -> &ErrorCode;

    /// Reads the value of a reply; `None`: the reply has none.
    fn read<R>(reply: &ReplyFrame) -> impl Future<Output = Result<Option<Self>, DecodeError>> + Send
    where
        Self: Sized,
        R: Rpc<Response = Self>,
    {
        async { reply.body::<R>() }
    }

    /// The leader, where the reply names it.
    fn leader(&self) -> Option<ServerAddress> {
        None
    }

    /// The reason of a refusal in words, where the reply has one.
    fn hint(&self) -> Option<&Text> {
        None
    }
}

/// So many partitions are read before other operations have their turn: less than a millisecond.
const PARTITIONS_A_TURN: usize = 1024;

impl MetaAnswer for QueryCfgResponse {
    async fn read<R: Rpc<Response = Self>>(reply: &ReplyFrame) -> Result<Option<Self>, DecodeError> {
        let Some(input) = reply.reader::<R>()? else { return Ok(None) };
        let mut reader = QueryCfgReader::new(input);
        while reader.read_some(PARTITIONS_A_TURN)? {
            yield_now().await;
        }
        Ok(Some(reader.into_value()))
    }

    fn error(&self) -> &ErrorCode {
        &self.err
    }

    fn leader(&self) -> Option<ServerAddress> {
        let leader = self.partitions.first()?;
        ServerAddress::from_configuration(leader.primary, leader.hp_primary.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use bytes::BytesMut;
    use pegasus_protocol::frame::{decode_reply, encode_reply};
    use pegasus_protocol::idl::PartitionConfiguration;
    use pegasus_protocol::rpc::QueryCfg;

    use super::*;

    /// The partitions that are read, and how often others have a turn meanwhile.
    async fn read(partitions: usize) -> (usize, usize) {
        let partitions = vec![PartitionConfiguration::default(); partitions];
        let mut out = BytesMut::new();
        let response = QueryCfgResponse { partitions, ..QueryCfgResponse::default() };
        encode_reply::<QueryCfg>(&ErrorCode::Ok, 1, &response, &mut out);
        let reply = decode_reply(&mut out, 1 << 30).unwrap().unwrap();
        let mut reading = pin!(QueryCfgResponse::read::<QueryCfg>(&reply));
        let mut turns = 0;
        loop {
            match reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(read) => return (read.unwrap().unwrap().partitions.len(), turns),
                Poll::Pending => turns += 1,
            }
        }
    }

    #[tokio::test]
    async fn others_have_their_turns_while_a_large_configuration_is_read() {
        assert_eq!(read(8).await, (8, 0));
        assert_eq!(read(1024).await, (1024, 0));
        assert_eq!(read(1025).await, (1025, 1));
        assert_eq!(read(65_536).await, (65_536, 63));
    }
}
