//! What is worth knowing of a video, in words: the farm names it by codes.
//! Decides nothing; the export goes on.

use crate::api::Video;

/// A line for each warning.
pub fn lines(video: &Video) -> Vec<String> {
    let held = video.duration_seconds.map(|seconds| format!("; {seconds:.2} s of it are there")).unwrap_or_default();
    let sentence = |code: &String| match code.as_str() {
        "shorter_than_declared" => format!("the video is cut off or damaged: it holds less than it declares{held}"),
        "frames_share_times" => "frames that are shown at the time of another one are left out".to_owned(),
        "frames_moved_apart" => "frames that share a time are shown a millisecond apart".to_owned(),
        "sound_ends_early" => "the sound ends before the picture; from there on the export is silent".to_owned(),
        "several_tracks" => "the video has several tracks of picture or sound; the first of each is taken".to_owned(),
        "sound_not_playable" => "the sound of the video cannot be read; the export will have none".to_owned(),
        "hdr_not_tonemapped" => "the picture is HDR and keeps its colours as they are".to_owned(),
        other => other.to_owned(),
    };
    video.warnings.iter().map(|code| format!("warning: {}", sentence(code))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_that_is_cut_off_says_how_much_is_there() {
        let video = r#"{"id":"0190b5a0-0000-7000-8000-000000000000","status":"ready","duration_seconds":0.4818,
            "warnings":["shorter_than_declared","new_to_us"]}"#;
        let video = serde_json::from_str(video).expect("the contract's shape");
        let cut_off =
            "warning: the video is cut off or damaged: it holds less than it declares; 0.48 s of it are there";
        assert_eq!(lines(&video), [cut_off, "warning: new_to_us"]);
    }
}
