//! From a picture recipe to elements and their properties. Pure: the same recipe always gives the same chain.
//! Touches no media library; `child::encode` builds what is named here.

pub mod preview;
mod x264;

use std::fmt;

use wire::v1::{Orientation, PictureRecipe};

/// A property's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A whole number, a flag, or the nick of an enumeration, spelt as on a command line.
    Word(String),
    /// Caps.
    Caps(String),
}

/// One element of the chain between the decoded frames and the coded ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The element's factory.
    pub element: &'static str,
    /// Its properties, in order.
    pub properties: Vec<(&'static str, Value)>,
}

/// A recipe this build cannot follow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipeError {
    /// There is no way from this family to elements.
    #[error("build a recipe: there is none for encoders of the family {0}")]
    Family(String),
    /// Not a speed of the family.
    #[error("build a recipe: {family} has no speed {speed}")]
    Speed {
        /// Whose.
        family: &'static str,
        /// Asked speed.
        speed: String,
    },
    /// Not a quality of the family.
    #[error("build a recipe: {family} has no quality {crf}")]
    Quality {
        /// Whose.
        family: &'static str,
        /// Asked quality.
        crf: u32,
    },
    /// Sizes must be even and positive.
    #[error("build a recipe: {width} × {height} pixels cannot be coded")]
    Size {
        /// Asked width.
        width: u32,
        /// Asked height.
        height: u32,
    },
}

/// Speeds of VP9 are spelt by libvpx's deadline and `cpu-used`: `good-4`.
const VP9_GOOD: &str = "good-";
/// libvpx codes in realtime what is shown for as long as its deadline or longer, and its usual "good" is one second: a still frame
/// of a screen recording, or every frame at one a second (seen with 1.12). No frame is shown for an hour.
const VP9_GOOD_DEADLINE_US: u64 = 3_600_000_000;
/// Beyond it "good" does not go.
const VP9_CPU_USED_MAX: u8 = 5;
/// The largest `cq-level`.
const VP9_QUALITY_MAX: u32 = 63;

/// The chain for so many frames of the given colorimetry: deinterlace, turn, scale, encode. The last stage pins the coded form.
pub fn stages(recipe: &PictureRecipe, frame_count: usize, colorimetry: &str) -> Result<Vec<Stage>, RecipeError> {
    let mut stages = shaping(recipe, colorimetry)?;
    let (encoder, coded) = encoder(recipe, frame_count)?;
    stages.push(encoder);
    stages.push(Stage { element: "capsfilter", properties: vec![("caps", Value::Caps(coded.to_owned()))] });
    Ok(stages)
}

/// The part of the chain in front of the encoder: deinterlace, turn, scale. The last stage pins the form of the frames.
pub fn shaping(recipe: &PictureRecipe, colorimetry: &str) -> Result<Vec<Stage>, RecipeError> {
    let PictureRecipe { width, height, .. } = *recipe;
    if width == 0 || height == 0 || !width.is_multiple_of(2) || !height.is_multiple_of(2) {
        return Err(RecipeError::Size { width, height });
    }
    let mut stages = Vec::new();
    if recipe.deinterlace {
        stages.push(deinterlace());
    }
    stages.extend(turn(&recipe.orientation));
    stages.push(scale());
    stages.push(pinned_frames(recipe, colorimetry));
    Ok(stages)
}

/// The recipe for frames that were shaped by [`shaping`] already: to be encoded as they are.
#[must_use]
pub fn of_shaped(recipe: &PictureRecipe) -> PictureRecipe {
    PictureRecipe { orientation: Orientation::Upright, deinterlace: false, ..recipe.clone() }
}

/// One frame out for one frame in: the top field is kept, the other interpolated within the frame. Methods that look at
/// neighbours lose or double the first frames of a stretch (measured with yadif), and would tie parts to each other.
fn deinterlace() -> Stage {
    let properties = vec![("mode", word("interlaced")), ("fields", word("top")), ("method", word("linear"))];
    Stage { element: "deinterlace", properties }
}

fn turn(orientation: &Orientation) -> Option<Stage> {
    let direction = match orientation {
        Orientation::Upright => return None,
        Orientation::Clockwise90 => "90r",
        Orientation::Rotate180 => "180",
        Orientation::Clockwise270 => "90l",
        Orientation::MirrorHorizontal => "horiz",
        Orientation::MirrorVertical => "vert",
        Orientation::Transpose => "ul-lr",
        Orientation::Antitranspose => "ur-ll",
    };
    Some(Stage { element: "videoflip", properties: vec![("video-direction", word(direction))] })
}

/// Catmull-Rom is 55.8 dB from lanczos where the default bilinear is 48.4, at the same CPU (measured).
fn scale() -> Stage {
    Stage { element: "videoconvertscale", properties: vec![("method", word("catrom")), ("add-borders", word(false))] }
}

/// Every field that shows in the SPS is pinned; colour is the input's, so that none is converted.
fn pinned_frames(recipe: &PictureRecipe, colorimetry: &str) -> Stage {
    let PictureRecipe { width, height, frame_rate_num, frame_rate_den, .. } = recipe;
    let caps = format!(
        "video/x-raw, format=I420, width={width}, height={height}, pixel-aspect-ratio=1/1, \
         framerate={frame_rate_num}/{frame_rate_den}, interlace-mode=progressive, colorimetry=(string){colorimetry}"
    );
    Stage { element: "capsfilter", properties: vec![("caps", Value::Caps(caps))] }
}

/// The encoder, and the coded form it is held to.
fn encoder(recipe: &PictureRecipe, frame_count: usize) -> Result<(Stage, &'static str), RecipeError> {
    match recipe.encoder_family.as_str() {
        "x264" => {
            Ok((x264::stage(recipe, frame_count)?, "video/x-h264, profile=high, stream-format=avc, alignment=au"))
        }
        "vp9" => Ok((vp9(recipe)?, "video/x-vp9, profile=(string)0")),
        family => Err(RecipeError::Family(family.to_owned())),
    }
}

/// What comes out is what `ffmpeg -deadline good -cpu-used N -row-mt 1 -crf Q -b:v M -bufsize B -g K -threads T` makes of the
/// same frames, byte for byte (measured with libvpx 1.12). Left alone, `vp9enc` would take a bit rate of 256 kb/s for its aim.
///
/// Frames that are never shown could come in packets of their own, and looking ahead could lose frames at the end of a part: so
/// there is neither. In one pass libvpx makes no use of them in any case (measured: the same bytes with both).
///
/// The encoder's own time base would be the frame rate, in which uneven times fall together.
fn vp9(recipe: &PictureRecipe) -> Result<Stage, RecipeError> {
    let speed = recipe.speed.strip_prefix(VP9_GOOD).and_then(|cpu_used| cpu_used.parse::<u8>().ok());
    let speed = speed.filter(|cpu_used| *cpu_used <= VP9_CPU_USED_MAX);
    let speed = speed.ok_or_else(|| RecipeError::Speed { family: "vp9", speed: recipe.speed.clone() })?;
    if recipe.crf > VP9_QUALITY_MAX {
        return Err(RecipeError::Quality { family: "vp9", crf: recipe.crf });
    }
    let properties = vec![
        ("deadline", word(VP9_GOOD_DEADLINE_US)),
        ("cpu-used", word(speed)),
        // For one thread it is 2 % more work for the same bytes (measured).
        ("row-mt", word(recipe.threads > 1)),
        ("threads", word(recipe.threads)),
        ("end-usage", word("cq")),
        ("cq-level", word(recipe.crf)),
        ("target-bitrate", word(u64::from(recipe.max_bitrate_kbps) * 1_000)),
        // libvpx's own proportions of the three.
        ("buffer-size", word(recipe.vbv_ms)),
        ("buffer-initial-size", word(recipe.vbv_ms / 3 * 2)),
        ("buffer-optimal-size", word(recipe.vbv_ms / 6 * 5)),
        ("keyframe-max-dist", word(recipe.key_interval_frames)),
        ("auto-alt-ref", word(false)),
        ("lag-in-frames", word(0)),
        ("timebase", word("1/90000")),
    ];
    Ok(Stage { element: "vp9enc", properties })
}

fn word(value: impl fmt::Display) -> Value {
    Value::Word(value.to_string())
}

impl fmt::Display for Stage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.element)?;
        for (name, value) in &self.properties {
            match value {
                Value::Word(word) => write!(out, " {name}={word}")?,
                Value::Caps(caps) => write!(out, " {name}=\"{caps}\"")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> PictureRecipe {
        PictureRecipe {
            orientation: Orientation::Upright,
            deinterlace: false,
            width: 1280,
            height: 720,
            frame_rate_num: 30_000,
            frame_rate_den: 1001,
            encoder_family: "x264".to_owned(),
            encoder_identity: "x264/164/gst-1.22.0/x264enc".to_owned(),
            crf: 23,
            speed: "fast".to_owned(),
            max_bitrate_kbps: 4000,
            vbv_ms: 2000,
            key_interval_frames: 60,
            threads: 2,
        }
    }

    fn spelt(recipe: &PictureRecipe) -> String {
        let stages = stages(recipe, 100, "bt709").unwrap();
        stages.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n! ")
    }

    #[test]
    fn a_plain_recipe() {
        let expected = [
            "videoconvertscale method=catrom add-borders=false",
            "capsfilter caps=\"video/x-raw, format=I420, width=1280, height=720, pixel-aspect-ratio=1/1, framerate=30000/1001, \
             interlace-mode=progressive, colorimetry=(string)bt709\"",
            "x264enc speed-preset=fast pass=qual quantizer=23 bitrate=4000 vbv-buf-capacity=2000 key-int-max=60 threads=2 \
             aud=false qos=false option-string=zones=0,0,b=1.4/88,93,b=1.15/94,99,b=1.4",
            "capsfilter caps=\"video/x-h264, profile=high, stream-format=avc, alignment=au\"",
        ];
        assert_eq!(spelt(&recipe()), expected.join("\n! "));
    }

    fn vp9_recipe() -> PictureRecipe {
        PictureRecipe {
            encoder_family: "vp9".to_owned(),
            encoder_identity: "vp9/1.12.0/gst-1.22.0/vp9enc".to_owned(),
            crf: 31,
            speed: "good-4".to_owned(),
            ..recipe()
        }
    }

    #[test]
    fn a_recipe_for_vp9() {
        let expected = [
            "videoconvertscale method=catrom add-borders=false",
            "capsfilter caps=\"video/x-raw, format=I420, width=1280, height=720, pixel-aspect-ratio=1/1, framerate=30000/1001, \
             interlace-mode=progressive, colorimetry=(string)bt709\"",
            "vp9enc deadline=3600000000 cpu-used=4 row-mt=true threads=2 end-usage=cq cq-level=31 target-bitrate=4000000 \
             buffer-size=2000 buffer-initial-size=1332 buffer-optimal-size=1665 keyframe-max-dist=60 auto-alt-ref=false \
             lag-in-frames=0 timebase=1/90000",
            "capsfilter caps=\"video/x-vp9, profile=(string)0\"",
        ];
        assert_eq!(spelt(&vp9_recipe()), expected.join("\n! "));
    }

    #[test]
    fn fields_are_woven_and_pictures_turned_before_they_are_scaled() {
        let turned = PictureRecipe {
            orientation: Orientation::Clockwise90,
            deinterlace: true,
            width: 720,
            height: 1280,
            ..recipe()
        };
        let first = "deinterlace mode=interlaced fields=top method=linear\n! videoflip video-direction=90r\n! videoconvertscale ";
        assert!(spelt(&turned).starts_with(first), "{}", spelt(&turned));
    }

    #[test]
    fn frames_that_are_shaped_already_only_go_through_the_encoder() {
        let turned = PictureRecipe { orientation: Orientation::Clockwise90, deinterlace: true, ..recipe() };
        assert_eq!(spelt(&of_shaped(&turned)), spelt(&recipe()));
        let (shaped, whole) = (shaping(&turned, "bt709").unwrap(), stages(&turned, 100, "bt709").unwrap());
        assert_eq!(whole[..shaped.len()], shaped);
        assert_eq!(whole[shaped.len()].element, "x264enc");
    }

    #[test]
    fn what_cannot_be_followed_is_refused() {
        let odd = PictureRecipe { width: 641, ..recipe() };
        assert_eq!(stages(&odd, 100, "bt709"), Err(RecipeError::Size { width: 641, height: 720 }));
        let unknown = PictureRecipe { encoder_family: "nvenc".to_owned(), ..recipe() };
        assert_eq!(stages(&unknown, 100, "bt709"), Err(RecipeError::Family("nvenc".to_owned())));
        for (family, quality) in [("x264", 23), ("vp9", 31)] {
            for speed in ["lightning", "good-6", "good-", ""] {
                let (speed, encoder_family) = (speed.to_owned(), family.to_owned());
                let strange = PictureRecipe { encoder_family, crf: quality, speed: speed.clone(), ..recipe() };
                assert_eq!(stages(&strange, 100, "bt709"), Err(RecipeError::Speed { family, speed }));
            }
        }
        let rough = PictureRecipe { crf: 64, ..vp9_recipe() };
        assert_eq!(stages(&rough, 100, "bt709"), Err(RecipeError::Quality { family: "vp9", crf: 64 }));
    }
}
