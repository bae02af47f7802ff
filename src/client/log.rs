//! Log lines of one client, on their way to its logger.

use std::fmt::{Debug, Write};
use std::sync::Arc;

use napi_derive::napi;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

use crate::bridge::completion::Completion;
use crate::bridge::exchange::Exchange;
use crate::bridge::token::NO_TOKEN;
use crate::bridge::value::make_value;

/// Levels of log lines, from the most important one.
#[napi]
#[derive(Clone, Copy)]
pub enum LogLevel {
    /// No line has this level: a client with it logs nothing.
    None = 0,
    Error = 1,
    Warn = 2,
    Info = 3,
    Debug = 4,
}

/// A line for a logger.
#[napi(object, object_from_js = false)]
pub(crate) struct LogLine {
    /// The number that `connect` was given as `log_id`.
    pub log_id: u32,
    /// The level.
    pub level: LogLevel,
    /// The text.
    pub message: String,
}

/// Collects the events of the futures that are polled with it, and of nothing else. So a client's log
/// does not replace the log of the process, and does not mix with the log of another client.
struct ClientLog {
    log_id: u32,
    level: LevelFilter,
    exchange: Arc<Exchange>,
}

/// The dispatcher for a client's futures.
pub(crate) fn dispatch(log_id: u32, level: LogLevel, exchange: Arc<Exchange>) -> Dispatch {
    let level = match level {
        LogLevel::None => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    Dispatch::new(ClientLog { log_id, level, exchange })
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
            Level::ERROR => LogLevel::Error,
            Level::WARN => LogLevel::Warn,
            Level::INFO => LogLevel::Info,
            Level::DEBUG | Level::TRACE => LogLevel::Debug,
        };
        let line = LogLine { log_id: self.log_id, level, message: text.message + &text.fields };
        self.exchange.finish(NO_TOKEN, Completion::Log(make_value(line)));
    }

    // The client crate makes no spans.
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
