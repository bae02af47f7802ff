//! The log lines of the test's thread.

use std::fmt::{Debug, Write};
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber, span};

/// Collects lines of the levels `WARN` and `INFO` while its guard lives.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<(Level, String)>>>);

/// Collects the log lines of this thread from now on.
pub(crate) fn collect<S: Subscriber + Send + Sync + Clone + 'static>(lines: &S) -> DefaultGuard {
    // While there is only one subscriber in the process, `tracing` asks the one of whichever thread comes first to
    // a line whether anybody wants it, and remembers the answer for all threads.
    static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Lines::default()));
    LazyLock::force(&ANOTHER);
    tracing::subscriber::set_default(lines.clone())
}

impl Lines {
    /// The lines so far that contain this text.
    pub(crate) fn with(&self, text: &str) -> Vec<(Level, String)> {
        self.0.lock().unwrap().iter().filter(|(_, line)| line.contains(text)).cloned().collect()
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }
    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap().push((*event.metadata().level(), text.0));
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}
