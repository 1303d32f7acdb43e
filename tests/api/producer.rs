//! Producers.

use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn the_two_named_viet_cuong_stay_two() {
    let t = TestApp::new().await;
    let first = t.producer("HTX Việt Cường", "05692").await;
    let second = t.producer("HTX Việt Cường", "02143").await;
    let both =
        t.app.db.read("test", |conn| ocop::producer::named(conn, "19", "htx  việt cường")).await.unwrap();
    assert_eq!(both.iter().map(|p| p.id).collect::<Vec<_>>(), [first, second]);
    let many = t.app.db.read("test", move |conn| ocop::producer::many(conn, &[first, second])).await.unwrap();
    assert_eq!(many.len(), 2);
}
