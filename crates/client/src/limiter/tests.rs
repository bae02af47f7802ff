use futures_util::FutureExt;

use super::*;

fn limiter(max_in_flight: usize, max_in_flight_bytes: u64, when_full: WhenFull) -> Limiter {
    let options =
        ClientOptions { max_in_flight, max_in_flight_bytes, when_full, ..ClientOptions::new(["a:1"]) };
    Limiter::new(&options)
}

fn state(limiter: &Limiter) -> (u64, u64, usize) {
    let state = limiter.state.load(Ordering::SeqCst);
    let waiting = limiter.lock().waiting.len();
    assert_eq!(state & QUEUED != 0, waiting > 0);
    ((state & !QUEUED) >> BYTE_BITS, state & BYTES, waiting)
}

#[test]
fn operations_and_bytes_are_bounded() {
    let limiter = limiter(2, 100, WhenFull::Wait);
    assert!(limiter.try_acquire(60).unwrap());
    assert!(!limiter.try_acquire(41).unwrap());
    assert!(limiter.try_acquire(40).unwrap());
    assert!(!limiter.try_acquire(0).unwrap());
    limiter.release(60);
    assert!(limiter.try_acquire(60).unwrap());
    limiter.release(60);
    limiter.release(40);
    assert_eq!(state(&limiter), (0, 0, 0));
}

#[test]
fn what_is_larger_than_the_room_runs_alone() {
    let limiter = limiter(10, 100, WhenFull::Wait);
    assert!(limiter.try_acquire(1_000_000).unwrap());
    assert!(!limiter.try_acquire(1).unwrap());
    limiter.release(1_000_000);
    assert!(limiter.try_acquire(1).unwrap());
    assert!(!limiter.try_acquire(1_000_000).unwrap());
}

#[test]
fn the_refusal_says_how_full_it_is() {
    let limiter = limiter(1, 100, WhenFull::Refuse);
    assert!(limiter.try_acquire(60).unwrap());
    let error = limiter.try_acquire(1).unwrap_err();
    assert_eq!(error.code(), "ERR_TOO_MANY_REQUESTS");
    assert!(error.is_retryable() && !error.is_maybe_applied());
    assert!(error.message().contains("1 operations with 60 bytes"), "{error}");
    limiter.release(60);
    assert!(limiter.try_acquire(1).unwrap());
}

#[test]
fn who_waits_is_let_in_in_turn_and_nobody_overtakes() {
    let limiter = limiter(10, 100, WhenFull::Wait);
    assert!(limiter.try_acquire(100).unwrap());
    let (mut large, mut small) = (limiter.acquire(90), limiter.acquire(10));
    assert!((&mut large).now_or_never().is_none());
    assert!((&mut small).now_or_never().is_none());
    limiter.release(100);
    // There is room for it, but not together with the operations that queue before it.
    assert!(!limiter.try_acquire(5).unwrap());
    assert!((&mut large).now_or_never().is_some() && (&mut small).now_or_never().is_some());
    assert_eq!(state(&limiter), (2, 100, 0));
}

#[test]
fn whoever_stops_waiting_leaves_no_trace_and_lets_others_pass() {
    let limiter = limiter(10, 100, WhenFull::Wait);
    assert!(limiter.try_acquire(50).unwrap());
    let large = limiter.acquire(90);
    let mut small = limiter.acquire(10);
    assert!((&mut small).now_or_never().is_none());
    drop(large);
    assert!((&mut small).now_or_never().is_some());
    assert_eq!(state(&limiter), (2, 60, 0));
    // Its permit is granted, and it is dropped before it learns of that.
    let unaware = limiter.acquire(40);
    assert_eq!(state(&limiter), (3, 100, 0));
    drop(unaware);
    limiter.release(10);
    limiter.release(50);
    assert_eq!(state(&limiter), (0, 0, 0));
}

#[tokio::test]
async fn closing_waits_for_who_waits_and_refuses_who_comes() {
    let limiter = limiter(1, 100, WhenFull::Wait);
    assert!(limiter.try_acquire(1).unwrap());
    let mut waiting = limiter.acquire(2);
    let mut closing = Box::pin(limiter.close());
    assert!((&mut closing).now_or_never().is_none());
    assert_eq!(limiter.try_acquire(0).unwrap_err().code(), "ERR_CLIENT_CLOSED");
    assert_eq!(limiter.permit().err().unwrap().code(), "ERR_CLIENT_CLOSED");
    limiter.release(1);
    assert!((&mut closing).now_or_never().is_none());
    assert!((&mut waiting).now_or_never().is_some());
    limiter.release(2);
    closing.await;
}

/// Threads acquire, queue, give up and release: in the end no operation is counted.
#[test]
fn nothing_is_lost_among_threads() {
    let limiter = limiter(3, 100, WhenFull::Wait);
    let most = AtomicU64::new(0);
    let inside = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (limiter, most, inside) = (&limiter, &most, &inside);
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                for turn in 0..2000 {
                    let bytes = (thread * 31 + turn * 7) % 60;
                    if !limiter.try_acquire(bytes).unwrap() {
                        let waiting = limiter.acquire(bytes);
                        if turn % 3 == 0 {
                            continue;
                        }
                        runtime.block_on(waiting);
                    }
                    most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    inside.fetch_sub(1, Ordering::SeqCst);
                    limiter.release(bytes);
                }
            });
        }
    });
    assert!(most.into_inner() <= 3);
    assert_eq!(state(&limiter), (0, 0, 0));
}
