//! The crossing between the JavaScript thread and the I/O thread.
//!
//! Each copy of the library in a Node environment (the main thread or a worker) has one thread-safe
//! function and one I/O thread. Operations cross in an inbox that wakes the I/O thread only when it
//! sleeps. Results cross in an outbox; one visit to the JavaScript thread drains it, however many
//! results there are.
//!
//! Only this room makes raw Node-API calls. They are sound because:
//!
//! * The thread-safe function is called only under the lock of the [`outbox`] and only while the outbox
//!   is `live`. The environment's clean-up hook takes the same lock, sets `live` to false and releases
//!   the function, so no call can come later. (Node aborts the process when a call does come later, for
//!   example after a worker was terminated.)
//! * Everything else runs on the JavaScript thread of its environment: the bridge is neither `Send` nor
//!   `Sync`, and Node runs the visit and the hook on that thread.
//! * The function holds the process open only while operations are pending.

mod batch;
pub(crate) mod completion;
mod environment;
pub(crate) mod exchange;
mod failures;
pub(crate) mod handle;
mod inbox;
mod io_thread;
pub(crate) mod lock;
mod node_api;
pub(crate) mod object;
pub(crate) mod operation_set;
mod outbox;
mod record;
pub(crate) mod token;
pub(crate) mod value;
mod visit;
