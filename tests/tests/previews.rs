//! The preview of a real video over the API: what an editor gets, judged by ffmpeg; that exports come first; what is left.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reelfarm_tests::browser::{self, Film, Task};
use reelfarm_tests::cut_list::{Cut, CutList, Kind};
use reelfarm_tests::farm::{Farm, files_under};
use reelfarm_tests::patience::eventually;
use reelfarm_tests::source::barcode::Barcode;
use reelfarm_tests::source::{Source, gallery};
use reelfarm_tests::{judge, reading};
use serde_json::Value;

/// A small video takes seconds; an export may come first.
const MADE_WITHIN: Duration = Duration::from_mins(2);
/// A cancelled export is cleaned up, and a deleted video's objects are gone, soon after.
const GONE_WITHIN: Duration = Duration::from_secs(30);

#[test]
fn an_editor_gets_all_it_needs_of_every_kind_of_video() {
    let farm = Farm::start();
    let desk = farm.desk();
    for recipe in
        [gallery::ordinary(), gallery::uneven(), gallery::on_its_side(), gallery::late_picture(), gallery::silent()]
    {
        let name = recipe.name;
        let source = Source::make(recipe, &desk).unwrap_or_else(|cause| panic!("{name}: {cause:#}"));
        let video = farm.api().upload(&source.path);
        let preview = preview(&farm, &video);
        let get = |url: &Value, file: &str| {
            let path = desk.join(file);
            fs::write(&path, farm.api().fetch_url(url)).expect("a file can be kept");
            path
        };
        judge_proxy(&source, &get(&preview["proxy_url"], "proxy.mp4"));
        judge_sprite(&source, &preview["sprite"], &get(&preview["sprite"]["url"], "sprite.jpg"));
        judge_peaks(&source, preview.get("peaks_url").map(|url| get(url, "peaks.json")).as_deref());
        let poster = reading::picture(&get(&preview["poster_url"], "poster.jpg")).expect("a poster");
        assert_eq!(poster.frames.len(), 1, "{name}");
        assert!(poster.frames[0].number.is_some(), "{name}: a whole frame of the video");
        let shown = farm.api().get(&format!("/api/videos/{video}")).expect(200);
        assert_eq!(farm.api().fetch_url(&shown["poster_url"]), fs::read(desk.join("poster.jpg")).expect("a poster"));
    }
    farm.stop();
}

#[test]
fn files_have_posters_and_nothing_is_left_of_what_is_deleted_or_cancelled() {
    let farm = Farm::start();
    let source = Source::make(gallery::ordinary(), &farm.desk()).expect("a source");
    let objects = || objects(&farm);
    let before = objects();
    let video = farm.api().upload(&source.path);
    preview(&farm, &video);
    let previewed = objects();
    assert!(previewed.len() > before.len() + 4, "{previewed:?}");
    assert_eq!(farm.ledger().preview_parts(), 0, "what is in the object store is not kept twice");

    let cuts = vec![Cut { start: 1_000_000, end: 3_000_000 }, Cut { start: 9_000_000, end: 13_000_000 }];
    let list = CutList { kind: Kind::Clips, ..CutList::combined(cuts) };
    let export = farm.api().order(&video, &list.body());
    assert_eq!(farm.api().wait(&export)["status"], "completed");
    let shown = farm.api().get(&format!("/api/exports/{export}")).expect(200);
    for (place, middle) in [(0, 50), (1, 275)] {
        let file = farm.desk().join("poster.jpg");
        fs::write(&file, farm.api().fetch_url(&shown["outputs"][place]["poster_url"])).expect("a file can be kept");
        let poster = reading::picture(&file).expect("a poster");
        assert_eq!(poster.frames[0].number, Some(middle), "the middle of the clip");
    }
    let _deleted = farm.api().delete(&format!("/api/exports/{export}")).expect(204);
    assert_eq!(objects(), previewed, "of the export nothing is left");

    let cancelled = farm.api().order(&video, &CutList { quality: "high", ..list }.body());
    let _cancelled = farm.api().delete(&format!("/api/exports/{cancelled}")).expect(202);
    eventually("the end of a cancelled export", GONE_WITHIN, || (objects() == previewed).then_some(()));
    assert_eq!(farm.api().delete(&format!("/api/exports/{cancelled}")).status.as_u16(), 204);
    let _deleted = farm.api().delete(&format!("/api/videos/{video}")).expect(204);
    eventually("the end of a deleted video", GONE_WITHIN, || (objects() == before).then_some(()));
    assert_eq!(farm.api().get(&format!("/api/videos/{video}/preview")).status.as_u16(), 404);

    // Deleted while its preview is being made.
    let video = farm.api().upload(&source.path);
    let _deleted = farm.api().delete(&format!("/api/videos/{video}")).expect(204);
    eventually("the end of a video without a preview", GONE_WITHIN, || (objects() == before).then_some(()));
    eventually("nobody making a preview", GONE_WITHIN, || (farm.ledger().count("tasks") == 0).then_some(()));
    farm.stop();
}

/// A browser plays a proxy from its address and brings every frame to the screen that is sought.
#[test]
fn chromium_plays_and_seeks_a_proxy() {
    let farm = Farm::start();
    let mut sources = Vec::new();
    let mut films = Vec::new();
    for recipe in [gallery::ordinary(), gallery::late_picture()] {
        let source = Source::make(recipe, &farm.desk()).expect("a source");
        let video = farm.api().upload(&source.path);
        let url = preview(&farm, &video)["proxy_url"].as_str().expect("an address").to_owned();
        farm.api().expect_ranges(&url);
        let seeks = SOUGHT.iter().map(|&place| middle(&source, place)).collect();
        films.push(Film { url, appended_as: None, seeks });
        sources.push(source);
    }
    let (width, height) = (sources[0].recipe.width, sources[0].recipe.height);
    let seen = browser::watch(&Task { width, height, films });
    farm.stop();
    for (seen, source) in seen.iter().zip(&sources) {
        let name = source.recipe.name;
        assert_eq!(seen.error, None, "{name}: {seen:?}");
        assert_eq!((seen.width, seen.height), (Some(width), Some(height)), "{name}");
        let duration = seen.duration.expect("a duration");
        assert!((duration - seconds(source, source.end())).abs() < 0.03, "{name} lasts {duration} s in a browser");
        assert!(seen.sound_bytes > 0 && seen.played.len() > 1, "{name}");
        assert_eq!(seen.seeks.len(), SOUGHT.len(), "{name}");
        for (shown, place) in seen.seeks.iter().zip(SOUGHT) {
            let meant = source.picture.frames[place];
            assert!((shown.seconds - seconds(source, meant.pts)).abs() < 0.000_01, "{name}: frame {place}");
            let number = Barcode::fitting(width, height).read(&shown.grey, width, height);
            assert_eq!(number, meant.number, "{name}: frame {place}");
        }
    }
}

/// Frames sought in a browser: at both ends, and on both sides of where key frames lie.
const SOUGHT: [usize; 8] = [200, 399, 0, 22, 23, 24, 398, 1];

/// The middle of the time that a frame is shown.
fn middle(source: &Source, place: usize) -> f64 {
    let frames = &source.picture.frames;
    let end = frames.get(place + 1).map_or_else(|| source.end(), |next| next.pts);
    seconds(source, frames[place].pts + end) / 2.0
}

/// The preview, as soon as it is made; until then the API says that it is not.
fn preview(farm: &Farm, video: &str) -> Value {
    let path = format!("/api/videos/{video}/preview");
    eventually("a preview", MADE_WITHIN, || {
        let answer = farm.api().get(&path);
        if answer.status.as_u16() == 409 {
            assert_eq!(answer.body["code"], "preview_not_ready", "{}", answer.body);
            return None;
        }
        Some(answer.expect(200))
    })
}

/// Every frame of the source at its own time and no other; it can be played while it loads.
fn judge_proxy(source: &Source, file: &Path) {
    let name = source.recipe.name;
    assert_eq!(judge::decode_complaint(file), None, "{name}");
    assert!(reading::moov_is_first(file).expect("a readable file"), "{name}");
    let (proxy, original) = (reading::picture(file).expect("a proxy"), &source.picture);
    assert!(proxy.height <= 480 && proxy.width % 2 == 0 && proxy.height % 2 == 0, "{name}");
    assert_eq!(proxy.frames.len(), original.frames.len(), "{name}");
    for (frame, meant) in proxy.frames.iter().zip(&original.frames) {
        assert_eq!(frame.number, meant.number, "{name}");
        assert!(proxy.base.same(frame.pts, original.base, meant.pts), "{name}: frame {:?}", meant.number);
    }
    if source.recipe.sound.is_some() {
        let clicks = reading::sound(file).expect("the proxy's sound").clicks;
        for meant in source.clicks.iter().filter(|&&click| click < seconds(source, source.end()) - 0.1) {
            let near = clicks.iter().any(|click| (click.seconds - meant).abs() <= judge::CLICK_OFF_SECONDS_MAX);
            assert!(near, "{name}: no click at {meant} s");
        }
    }
}

/// Every thumbnail is the frame on screen at its time, and they cover the video.
fn judge_sprite(source: &Source, sprite: &Value, file: &Path) {
    let name = source.recipe.name;
    let number = |field: &str| sprite[field].as_u64().and_then(|value| usize::try_from(value).ok()).expect("a count");
    let tiling = reading::Tiling {
        columns: number("columns"),
        count: number("count"),
        width: number("width"),
        height: number("height"),
    };
    assert!((1..=100).contains(&tiling.count) && number("rows") == tiling.count.div_ceil(tiling.columns), "{sprite}");
    let (interval, end) = (sprite["interval"].as_f64().expect("seconds"), seconds(source, source.end()));
    let found = reading::tiles(file, tiling).expect("a readable sheet");
    for (place, found) in (0_u32..).zip(found) {
        let at = f64::from(place) * interval;
        assert!(at < end, "{name}: thumbnail {place} lies behind the end");
        let shown = source.picture.frames.iter().rev().find(|frame| seconds(source, frame.pts) <= at + 1e-6);
        let meant = shown.unwrap_or(&source.picture.frames[0]).number;
        assert_eq!(found, meant, "{name}: thumbnail {place} at {at} s");
    }
    let thumbnails = f64::from(u32::try_from(tiling.count).expect("a hundred at most"));
    assert!(thumbnails * interval >= end, "{name}: {sprite} over {end} s");
}

fn seconds(source: &Source, ticks: i64) -> f64 {
    source.picture.base.seconds(ticks)
}

/// Clicks stand out of silence.
fn judge_peaks(source: &Source, file: Option<&Path>) {
    assert_eq!(file.is_some(), source.recipe.sound.is_some());
    let Some(file) = file else { return };
    let peaks: Value = serde_json::from_slice(&fs::read(file).expect("peaks")).expect("JSON");
    assert_eq!((&peaks["version"], &peaks["channels"]), (&Value::from(1), &Value::from(1)));
    let per_second = peaks["peaks_per_second"].as_f64().expect("a rate");
    let peaks: Vec<u64> = peaks["peaks"].as_array().expect("a list").iter().filter_map(Value::as_u64).collect();
    let place = |seconds: f64| (seconds * per_second).floor();
    let near: BTreeSet<i64> =
        source.clicks.iter().flat_map(|&click| [-1.0, 0.0, 1.0].map(|off| rounded(place(click) + off))).collect();
    for (at, peak) in (0_i64..).zip(&peaks) {
        assert!(near.contains(&at) || *peak < 100, "{}: a peak of {peak} at {at}", source.recipe.name);
    }
    for &click in source.clicks.iter().filter(|&&click| click < seconds(source, source.end()) - 0.1) {
        let around = near.iter().filter(|&&at| (at - rounded(place(click))).abs() <= 1);
        let highest = around.filter_map(|&at| peaks.get(usize::try_from(at).ok()?)).max();
        assert!(highest > Some(&200), "{}: no peak for the click at {click} s", source.recipe.name);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "places in a file of a few seconds")]
fn rounded(place: f64) -> i64 {
    place.round() as i64
}

/// Every object, and every upload under way.
fn objects(farm: &Farm) -> Vec<PathBuf> {
    files_under(&farm.data().join("storage"))
}
