//! Arguments of ffmpeg's encoders, each as quick as it gets: a source is made anew for every test.
//! Knows nothing of frames and files.

use std::process::Command;

use crate::source::{PictureCodec, Recipe, Sound, SoundCodec};

/// The picture's encoder.
pub fn picture(command: &mut Command, recipe: &Recipe) {
    let (group, b_frames) = (recipe.group.to_string(), recipe.b_frames.to_string());
    command.args(["-threads:v", "1", "-g", &group]);
    match recipe.codec {
        PictureCodec::H264 => {
            command.args(["-c:v", "libx264", "-preset", "ultrafast", "-crf", "24"]);
            command.args(["-keyint_min", &group, "-sc_threshold", "0", "-bf", &b_frames]);
            let open = if recipe.open_groups { "open-gop=1" } else { "open-gop=0" };
            let fields = if recipe.interlaced { ":tff=1" } else { "" };
            command.args(["-x264-params", &format!("{open}{fields}")]);
        }
        PictureCodec::Hevc => {
            let open = u8::from(recipe.open_groups);
            let parameters = format!(
                "keyint={group}:min-keyint={group}:scenecut=0:bframes={b_frames}:open-gop={open}:pools=none:log-level=error"
            );
            command.args(["-c:v", "libx265", "-preset", "ultrafast", "-crf", "24", "-x265-params", &parameters]);
            if !recipe.container.is_matroska() {
                command.args(["-tag:v", "hvc1"]);
            }
        }
        PictureCodec::Vp8 => {
            command.args(["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "400k"]);
        }
        PictureCodec::Vp9 => {
            command.args(["-c:v", "libvpx-vp9", "-deadline", "good", "-cpu-used", "8", "-b:v", "400k"]);
            command.args(["-auto-alt-ref", "1", "-lag-in-frames", "12"]);
        }
        PictureCodec::Av1 => {
            command.args(["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-b:v", "400k"]);
        }
        PictureCodec::Mpeg4 => {
            command.args(["-c:v", "mpeg4", "-q:v", "4", "-bf", &b_frames]);
        }
        PictureCodec::ProRes => {
            command.args(["-c:v", "prores_ks", "-profile:v", if recipe.pixels.contains("444") { "4" } else { "2" }]);
        }
        PictureCodec::Mjpeg => {
            command.args(["-c:v", "mjpeg", "-q:v", "4"]);
        }
    }
}

/// The sound's encoder.
pub fn sound(command: &mut Command, sound: &Sound) {
    let arguments: &[&str] = match sound.codec {
        SoundCodec::Aac => &["aac", "-b:a", "128k"],
        SoundCodec::Mp3 => &["libmp3lame", "-b:a", "192k"],
        SoundCodec::Opus => &["libopus", "-b:a", "160k"],
        SoundCodec::Vorbis => &["libvorbis", "-q:a", "6"],
        SoundCodec::Ac3 => &["ac3", "-b:a", "256k"],
        SoundCodec::Eac3 => &["eac3", "-b:a", "256k"],
        SoundCodec::Flac => &["flac"],
        SoundCodec::Pcm => &["pcm_s16le"],
        SoundCodec::Pcm24 => &["pcm_s24le"],
    };
    command.arg("-c:a").args(arguments);
}
