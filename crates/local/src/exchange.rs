//! A request and the making of its answer: the types that connections, dispatch and handlers share.

use std::time::Duration;

use bytes::BytesMut;
use pegasus_protocol::DecodeError;
use pegasus_protocol::frame::{RequestFrame, encode_error, encode_reply};
use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::types::ErrorCode;

use crate::state::ClusterState;

/// What to do with a request after a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Later {
    /// The length of the pause.
    pub(crate) pause: Duration,
    /// The error to refuse it with after the pause; `None` to serve it.
    pub(crate) refusal: Option<ErrorCode>,
}

/// A change of the cluster that returns the frame of the answer.
pub(crate) type Change = Box<dyn FnOnce(&ClusterState) -> BytesMut + Send>;

/// The outcome of serving a request.
pub(crate) enum Answer {
    /// The answer has been appended to the output.
    Ready,
    /// The answer to a write has been appended. It may be sent only after a commit.
    ReadyOnceCommitted,
    /// The request gets no answer.
    Silence,
    /// The request is looked at again after a pause.
    Later(Later),
    /// A change makes the answer. It may wait for a disk.
    Change(Change),
}

/// A request, and the buffer for its answer.
pub(crate) struct Exchange<'a> {
    pub(crate) frame: &'a RequestFrame,
    pub(crate) out: &'a mut BytesMut,
    /// Whether a limit of the table has already made this request wait.
    pub(crate) has_waited: bool,
}

impl Exchange<'_> {
    /// Decodes the request, calls `handle` for the response, and appends it.
    pub(crate) fn answer<R: Rpc>(
        &mut self,
        handle: impl FnOnce(&R::Request) -> R::Response,
    ) -> Result<Answer, DecodeError> {
        let response = handle(&self.frame.arguments()?);
        encode_reply::<R>(&ErrorCode::Ok, self.frame.head.sequence_id, &response, self.out);
        Ok(if R::CODE.kind().is_write() { Answer::ReadyOnceCommitted } else { Answer::Ready })
    }

    /// Decodes the request, and returns the change with which `handle` will make the response.
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

    /// Appends an answer that has an error in its header and also a body.
    pub(crate) fn refuse_with_body<R: Rpc>(&mut self, error: &ErrorCode, response: &R::Response) -> Answer {
        encode_reply::<R>(error, self.frame.head.sequence_id, response, self.out);
        Answer::Ready
    }

    /// Appends an answer that is only an error, in its header.
    pub(crate) fn refuse(&mut self, error: ErrorCode) -> Answer {
        let head = &self.frame.head;
        encode_error(&error, head.name.as_bytes(), head.sequence_id, self.out);
        Answer::Ready
    }
}
