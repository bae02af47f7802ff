//! A request on its way to its answer: what the parts that serve it hand to each other.

use std::time::Duration;

use bytes::BytesMut;
use pegasus_protocol::DecodeError;
use pegasus_protocol::frame::{RequestFrame, encode_error, encode_reply};
use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::types::ErrorCode;

use crate::state::ClusterState;

/// What is done about a request after a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Later {
    /// How long that is.
    pub(crate) pause: Duration,
    /// Why it is refused then; none where it is served.
    pub(crate) refusal: Option<ErrorCode>,
}

/// A change of the cluster: makes it, and gives the answer's frame.
pub(crate) type Change = Box<dyn FnOnce(&ClusterState) -> BytesMut + Send>;

/// What became of a request.
pub(crate) enum Answer {
    /// The answer has been appended.
    Ready,
    /// The answer to a write has been appended: it may leave only after a commit.
    ReadyOnceCommitted,
    /// There is none.
    Silence,
    /// It comes later.
    Later(Later),
    /// It is made together with a change, which takes its time.
    Change(Change),
}

/// A request, and where the answer goes.
pub(crate) struct Exchange<'a> {
    pub(crate) frame: &'a RequestFrame,
    pub(crate) out: &'a mut BytesMut,
    /// Whether the request has waited already, because of limits of its table.
    pub(crate) has_waited: bool,
}

impl Exchange<'_> {
    /// Reads the request's value, lets `handle` make the answer of it, and appends that.
    pub(crate) fn answer<R: Rpc>(
        &mut self,
        handle: impl FnOnce(&R::Request) -> R::Response,
    ) -> Result<Answer, DecodeError> {
        let response = handle(&self.frame.arguments()?);
        encode_reply::<R>(&ErrorCode::Ok, self.frame.head.sequence_id, &response, self.out);
        Ok(if R::CODE.kind().is_write() { Answer::ReadyOnceCommitted } else { Answer::Ready })
    }

    /// Reads the request's value, for `handle` to make a change of it and an answer.
    pub(crate) fn answer_change<R: Rpc<Request: 'static>>(
        &mut self,
        handle: fn(&ClusterState, &R::Request) -> R::Response,
    ) -> Result<Answer, DecodeError> {
        let request: R::Request = self.frame.arguments()?;
        let sequence_id = self.frame.head.sequence_id;
        Ok(Answer::Change(Box::new(move |state| {
            let mut out = BytesMut::new();
            encode_reply::<R>(&ErrorCode::Ok, sequence_id, &handle(state, &request), &mut out);
            out
        })))
    }

    /// Appends an answer that is an error and has a body all the same.
    pub(crate) fn refuse_with_body<R: Rpc>(&mut self, error: &ErrorCode, response: &R::Response) -> Answer {
        encode_reply::<R>(error, self.frame.head.sequence_id, response, self.out);
        Answer::Ready
    }

    /// Appends an answer that is only an error.
    pub(crate) fn refuse(&mut self, error: ErrorCode) -> Answer {
        let head = &self.frame.head;
        encode_error(&error, head.name.as_bytes(), head.sequence_id, self.out);
        Answer::Ready
    }
}
