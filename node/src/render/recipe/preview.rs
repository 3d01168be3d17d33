//! From what a preview or a poster shall be to elements and their properties. Pure, like the recipes of pictures.
//! Touches no media library; `child::line` builds what is named here.

use wire::v1::Orientation;

use super::{RecipeError, Stage, Value, deinterlace, scale, turn, word};

/// Constant quality of a proxy: enough to judge a cut by.
const PROXY_CRF: u32 = 28;
/// The preset of a proxy. `veryfast` takes a third more time for the same quality in a tenth less bytes.
const PROXY_SPEED: &str = "superfast";
/// No second of a proxy is larger: it is watched while it loads.
const PROXY_MAX_BITRATE_KBPS: u32 = 2_000;
const PROXY_VBV_MS: u32 = 2_000;
/// Key frames are asked for by time; this only bounds what the encoder may do on its own.
const PROXY_KEY_INTERVAL_FRAMES: u32 = 250;
/// One thread, as for every picture (decision 0003).
const PROXY_THREADS: u32 = 1;
/// What JPEG means by its numbers (JFIF): full range, BT.601.
const JPEG_COLORIMETRY: &str = "1:4:0:0";
/// Quality of every JPEG.
const JPEG_QUALITY: u32 = 85;

/// How a small picture shall look.
#[derive(Clone, Debug)]
pub struct Look {
    /// The turn that makes the source upright.
    pub orientation: Orientation,
    /// Whether the source is interlaced.
    pub deinterlace: bool,
    /// Finished width in square pixels, even.
    pub width: u32,
    /// Finished height in square pixels, even.
    pub height: u32,
}

/// Raw frames, small and upright, of the colorimetry they came in.
pub fn small_frames(look: &Look, colorimetry: &str) -> Result<Vec<Stage>, RecipeError> {
    shrink(look, colorimetry)
}

/// One frame as a JPEG, small and upright.
pub fn small_still(look: &Look) -> Result<Vec<Stage>, RecipeError> {
    let mut stages = shrink(look, JPEG_COLORIMETRY)?;
    stages.push(jpeg_encoder());
    Ok(stages)
}

/// Raw frames of another size in the colours of a JPEG.
#[must_use]
pub fn still_frames(width: u32, height: u32) -> Vec<Stage> {
    vec![scale(), raw(width, height, JPEG_COLORIMETRY)]
}

/// Frames in the colours of a JPEG, encoded one by one.
#[must_use]
pub fn jpegs() -> Vec<Stage> {
    vec![jpeg_encoder()]
}

/// A proxy's picture. Without B-frames frames are decoded in the order they are shown: a seek shows its frame at once.
#[must_use]
pub fn proxy_picture() -> Vec<Stage> {
    let properties = vec![
        ("speed-preset", word(PROXY_SPEED)),
        ("pass", word("qual")),
        ("quantizer", word(PROXY_CRF)),
        ("bitrate", word(PROXY_MAX_BITRATE_KBPS)),
        ("vbv-buf-capacity", word(PROXY_VBV_MS)),
        ("key-int-max", word(PROXY_KEY_INTERVAL_FRAMES)),
        ("threads", word(PROXY_THREADS)),
        ("bframes", word(0)),
        ("aud", word(false)),
        ("qos", word(false)),
    ];
    let caps = "video/x-h264, profile=high, stream-format=avc, alignment=au";
    vec![Stage { element: "x264enc", properties }, filter(caps.to_owned())]
}

/// Scaled before it is turned: turning is dear for large pictures.
fn shrink(look: &Look, colorimetry: &str) -> Result<Vec<Stage>, RecipeError> {
    let Look { width, height, .. } = *look;
    if width == 0 || height == 0 || !width.is_multiple_of(2) || !height.is_multiple_of(2) {
        return Err(RecipeError::Size { width, height });
    }
    let (scaled_width, scaled_height) = if swaps_sides(&look.orientation) { (height, width) } else { (width, height) };
    let mut stages = Vec::new();
    if look.deinterlace {
        stages.push(deinterlace());
    }
    stages.push(scale());
    stages.push(raw(scaled_width, scaled_height, colorimetry));
    stages.extend(turn(&look.orientation));
    Ok(stages)
}

fn swaps_sides(orientation: &Orientation) -> bool {
    match orientation {
        Orientation::Clockwise90 | Orientation::Clockwise270 | Orientation::Transpose | Orientation::Antitranspose => {
            true
        }
        Orientation::Upright | Orientation::Rotate180 | Orientation::MirrorHorizontal | Orientation::MirrorVertical => {
            false
        }
    }
}

fn raw(width: u32, height: u32, colorimetry: &str) -> Stage {
    filter(format!(
        "video/x-raw, format=I420, width={width}, height={height}, pixel-aspect-ratio=1/1, \
         interlace-mode=progressive, colorimetry=(string){colorimetry}"
    ))
}

fn jpeg_encoder() -> Stage {
    Stage { element: "jpegenc", properties: vec![("quality", word(JPEG_QUALITY))] }
}

fn filter(caps: String) -> Stage {
    Stage { element: "capsfilter", properties: vec![("caps", Value::Caps(caps))] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(stages: &[Stage]) -> String {
        stages.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n! ")
    }

    #[test]
    fn a_turned_picture_is_scaled_first() {
        let look = Look { orientation: Orientation::Clockwise90, deinterlace: true, width: 270, height: 480 };
        let expected = [
            "deinterlace mode=interlaced fields=top method=linear",
            "videoconvertscale method=catrom add-borders=false",
            "capsfilter caps=\"video/x-raw, format=I420, width=480, height=270, pixel-aspect-ratio=1/1, \
             interlace-mode=progressive, colorimetry=(string)bt709\"",
            "videoflip video-direction=90r",
        ];
        assert_eq!(spelt(&small_frames(&look, "bt709").unwrap()), expected.join("\n! "));
    }

    #[test]
    fn a_still_is_in_the_colours_of_a_jpeg() {
        let look = Look { orientation: Orientation::Upright, deinterlace: false, width: 64, height: 36 };
        let still = spelt(&small_still(&look).unwrap());
        assert!(still.contains("colorimetry=(string)1:4:0:0\"\n! jpegenc quality=85"), "{still}");
        let odd = Look { width: 63, ..look };
        assert_eq!(small_still(&odd), Err(RecipeError::Size { width: 63, height: 36 }));
    }
}
