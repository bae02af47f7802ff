//! Requests that are sent on the calling thread while the runtime sleeps, works, or sends as well.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use bytes::Bytes;
use futures_util::future::{FutureExt, join_all};
use futures_util::stream::{self, FuturesUnordered, StreamExt};
use pegasus_client::send_directly;
use pegasus_protocol::idl::ReadResponse;
use pegasus_protocol::rpc::{self, RpcCode};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, mpsc};

use crate::support::{Action, CALL, Fake, Request, Scene, WRITE, reply, table, within, written};

/// A runtime with a server, and a runtime with a client that is connected to it. Neither runs by itself.
struct Stage {
    servers: Runtime,
    server: Fake,
    runtime: Runtime,
    scene: Scene,
}

impl Stage {
    fn new() -> Self {
        let [servers, runtime] =
            [(), ()].map(|()| Builder::new_current_thread().enable_all().build().unwrap());
        let server = servers.block_on(Fake::start(answer));
        let scene = while_it_runs(&servers, || {
            runtime.block_on(within(async {
                let scene = Scene::open([table([server.address()])]).await;
                assert_eq!(scene.get().await.unwrap(), "s");
                scene
            }))
        });
        Self { servers, server, runtime, scene }
    }
}

/// Replies to a get with its sort key as the value.
fn answer(request: &Request) -> Action {
    if request.code() == RpcCode::Put {
        return written(request);
    }
    let value = Bytes::from(sort_key(request));
    reply::<rpc::Get>(request, &ReadResponse { value, ..ReadResponse::default() })
}

/// The sort key of a row of the hash key `h`.
fn sort_key(request: &Request) -> String {
    let key = match request.code() {
        RpcCode::Put => request.read::<rpc::Put>().key,
        _ => request.read::<rpc::Get>(),
    };
    String::from_utf8(key[3..].to_vec()).unwrap()
}

fn while_it_runs<T>(runtime: &Runtime, work: impl FnOnce() -> T) -> T {
    struct Stop<'a>(&'a Notify);
    impl Drop for Stop<'_> {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let stop = Notify::new();
    thread::scope(|scope| {
        scope.spawn(|| runtime.block_on(stop.notified()));
        let _stop = Stop(&stop);
        work()
    })
}

#[test]
fn requests_leave_while_the_runtime_does_nothing() {
    let Stage { servers, server, runtime, scene } = Stage::new();
    let mut gets: Vec<_> = (0..3).map(|_| Box::pin(scene.get())).collect();
    send_directly(runtime.handle(), || {
        for get in &mut gets {
            assert!(get.as_mut().now_or_never().is_none());
        }
    });
    servers.block_on(within(server.wait_for_requests(4)));
    let results = while_it_runs(&servers, || runtime.block_on(within(join_all(gets))));
    assert!(results.into_iter().all(|result| result.unwrap() == "s"));
}

#[test]
fn what_the_socket_does_not_take_follows_in_order() {
    let Stage { servers, server, runtime, scene } = Stage::new();
    let value = vec![7; 400_000];
    let keys: Vec<_> = (0..60).map(|at| format!("{at:02}")).collect();
    let set = |key| Box::pin(scene.table.set(b"h", key, &value, WRITE));
    let mut sets: Vec<_> = keys.iter().map(|key| set(key.as_bytes())).collect();
    // The server's runtime does not read, so the socket fills up soon.
    for set in &mut sets {
        send_directly(runtime.handle(), || assert!(set.as_mut().now_or_never().is_none()));
    }
    let results = while_it_runs(&servers, || runtime.block_on(within(join_all(sets))));
    assert!(results.iter().all(Result::is_ok));
    let requests = server.requests();
    assert_eq!(requests.iter().skip(1).map(sort_key).collect::<Vec<_>>(), keys);
    assert!(requests.iter().all(|request| request.connection == 0));
}

#[test]
fn what_was_asked_leaves_also_when_something_panics() {
    let Stage { servers, server, runtime, scene } = Stage::new();
    let mut get = Box::pin(scene.get());
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        send_directly(runtime.handle(), || {
            assert!(get.as_mut().now_or_never().is_none());
            std::panic::resume_unwind(Box::new("on purpose"));
        })
    }));
    assert!(ended.is_err());
    servers.block_on(within(server.wait_for_requests(2)));
    // In a nested call, the outer call sends.
    let mut other = Box::pin(scene.get());
    send_directly(runtime.handle(), || {
        send_directly(runtime.handle(), || assert!(other.as_mut().now_or_never().is_none()));
    });
    servers.block_on(within(server.wait_for_requests(3)));
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Polls on the calling thread until all operations are done, with this many at once.
fn run_here<F: Future<Output = ()>>(
    runtime: &Runtime,
    at_once: usize,
    mut operations: impl Iterator<Item = F>,
) {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut running = FuturesUnordered::new();
    loop {
        let polled = send_directly(runtime.handle(), || {
            running.extend(operations.by_ref().take(at_once - running.len()));
            running.poll_next_unpin(&mut Context::from_waker(&waker))
        });
        match polled {
            Poll::Ready(Some(())) => {}
            Poll::Ready(None) => return,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn threads_and_the_runtime_send_over_one_connection() {
    let Stage { servers, server, runtime, scene } = Stage::new();
    let table = &scene.table;
    let check = |key: String| async move {
        let value = table.get(b"h", key.as_bytes(), CALL).await.unwrap().unwrap();
        assert_eq!(value, key);
    };
    let keys = |thread: usize| (0..2000).map(move |at| format!("{thread}-{at}"));
    // The channel closes when the last thread ends.
    let (at_work, mut ended) = mpsc::channel::<()>(1);
    let work = || {
        thread::scope(|scope| {
            for (thread, at_once) in [(0, 1), (1, 16)] {
                let (runtime, at_work) = (&runtime, at_work.clone());
                scope.spawn(move || {
                    run_here(runtime, at_once, keys(thread).map(check));
                    drop(at_work);
                });
            }
            drop(at_work);
            runtime.block_on(async {
                stream::iter(keys(2)).map(check).buffer_unordered(16).collect::<()>().await;
                ended.recv().await;
            });
        });
    };
    while_it_runs(&servers, work);
    assert_eq!((server.requests().len(), server.connections()), (6001, 1));
}
