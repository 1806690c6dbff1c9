//! What the metrics say.

use metrics_exporter_prometheus::PrometheusBuilder;

use super::*;

#[test]
fn every_look_and_every_load_is_counted_once() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let world = World::new();
            assert!(world.cache.near::<Text>("a").is_none());
            world.load("one", 1).await;
            for _ in 0..3 {
                assert!(world.cache.near::<Text>("a").is_some());
            }
            world.change(2);
            assert!(world.cache.near::<Text>("a").is_some());
            assert!(world.fail(world.ask()).await.is_ok());
        });
    });
    let metrics = recorder.handle().render();
    let text = r#"class="text""#;
    for line in [
        format!(r#"masthead_cache_lookups_total{{layer="l1",{text},outcome="miss"}} 1"#),
        format!(r#"masthead_cache_lookups_total{{layer="l1",{text},outcome="hit"}} 3"#),
        format!(r#"masthead_cache_lookups_total{{layer="l1",{text},outcome="stale"}} 1"#),
        format!(r#"masthead_cache_age_seconds_count{{layer="l1",{text}}} 4"#),
        format!(r#"masthead_cache_loads_total{{{text},outcome="kept"}} 1"#),
        format!(r#"masthead_cache_loads_total{{{text},outcome="failed"}} 1"#),
        format!("masthead_cache_load_seconds_count{{{text}}} 2"),
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in\n{metrics}");
    }
}
