//! The cluster was rebuilt, or another one answers at its address: ballots start again below those that are known.

use pegasus_protocol::types::ErrorCode;

use crate::support::{Fake, Scene, UnusedPort, refuse, table, value, with_ballot, within};

#[tokio::test]
async fn a_lower_ballot_counts_when_the_kept_primary_refuses() {
    for code in [ErrorCode::InvalidState, ErrorCode::ObjectNotFound] {
        let kept = Fake::start(move |request| refuse(request, &code)).await;
        let rebuilt = Fake::start(|request| value(request, "v")).await;
        let scene = Scene::open([with_ballot(9, table([kept.address()])), table([rebuilt.address()])]).await;
        assert_eq!(within(scene.get()).await.unwrap(), "v");
        assert_eq!((kept.requests().len(), rebuilt.requests().len()), (1, 1));
    }
}

#[tokio::test]
async fn a_lower_ballot_counts_when_the_kept_primary_cannot_be_reached() {
    let gone = UnusedPort::new();
    let rebuilt = Fake::start(|request| value(request, "v")).await;
    let scene = Scene::open([with_ballot(9, table([gone.address()])), table([rebuilt.address()])]).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
}

#[tokio::test]
async fn a_lower_ballot_counts_when_the_kept_configuration_has_no_primary() {
    let rebuilt = Fake::start(|request| value(request, "v")).await;
    let scene = Scene::open([with_ballot(9, table([None])), table([rebuilt.address()])]).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
}
