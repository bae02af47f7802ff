//! Log lines of one client, on their way to its logger.

use std::fmt::{Debug, Write};
use std::sync::Arc;

use napi_derive::napi;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

use crate::bridge::{Completion, Shared};
use crate::convert::to_value;

/// A line, as `lib/crossing.ts` reads it.
#[napi(object, object_from_js = false)]
pub(crate) struct LogLine {
    /// Whose line it is.
    pub log_id: u32,
    /// 1 error, 2 warn, 3 info, 4 debug.
    pub level: u32,
    /// The text.
    pub message: String,
}

/// Collects the events of the futures that are polled with it, and of nothing else: a client's log
/// neither takes over the process's nor mixes with another client's.
struct ClientLog {
    log_id: u32,
    level: LevelFilter,
    shared: Arc<Shared>,
}

/// A dispatcher for a client's futures.
pub(crate) fn dispatch(log_id: u32, level: u32, shared: Arc<Shared>) -> Dispatch {
    let level = match level {
        0 => LevelFilter::OFF,
        1 => LevelFilter::ERROR,
        2 => LevelFilter::WARN,
        3 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    Dispatch::new(ClientLog { log_id, level, shared })
}

impl Subscriber for ClientLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= self.level && metadata.target().starts_with("pegasus")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        let level = match *event.metadata().level() {
            Level::ERROR => 1,
            Level::WARN => 2,
            Level::INFO => 3,
            Level::DEBUG | Level::TRACE => 4,
        };
        let line = LogLine { log_id: self.log_id, level, message: text.message + &text.fields };
        self.shared.finish([(0, Completion::Log(Box::new(|env| to_value(env, line))))]);
    }

    // There are no spans in the client.
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// The message, and the fields behind it.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
