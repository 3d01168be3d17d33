//! Test signals and how to find them again.
//! Knows nothing of files.

/// Clicks come every half second, the first one a quarter of a second in.
const CLICK_SPACING_S: f64 = 0.5;
/// When the first one comes.
const FIRST_CLICK_S: f64 = 0.25;
/// Length of a click: a tone under a bell, so that codecs keep its place.
const CLICK_S: f64 = 0.004;
const CLICK_HERTZ: f64 = 2_000.0;

/// Interleaved clicks, the same in every channel: `seconds` of them.
pub fn clicks(rate: u32, channels: usize, seconds: f64) -> Vec<f32> {
    signal(rate, channels, seconds, |time| {
        let nearest = ((time - FIRST_CLICK_S) / CLICK_SPACING_S).round().max(0.0);
        let distance = time - FIRST_CLICK_S - nearest * CLICK_SPACING_S;
        if distance.abs() > CLICK_S / 2.0 {
            return 0.0;
        }
        let bell = 0.5 + 0.5 * (std::f64::consts::TAU * distance / CLICK_S).cos();
        0.8 * bell * (std::f64::consts::TAU * CLICK_HERTZ * distance).cos()
    })
}

/// An interleaved tone, the same in every channel.
pub fn tone(rate: u32, channels: usize, seconds: f64, hertz: f64, level: f64) -> Vec<f32> {
    signal(rate, channels, seconds, |time| level * (std::f64::consts::TAU * hertz * time).sin())
}

/// Interleaved noise, different in every channel, the same on every call; dull, so that codecs keep all of it.
pub fn noise(rate: u32, channels: usize, seconds: f64, level: f32) -> Vec<f32> {
    let mut state = 1_u32;
    let mut smooth = vec![0.0; channels];
    let count = (seconds * f64::from(rate)).round() as usize;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from((state >> 16) as u16) / 32_768.0 - 1.0
    };
    let mut frame = move || {
        for value in &mut smooth {
            *value += 0.2 * (level * random() - *value);
        }
        smooth.clone()
    };
    (0..count).flat_map(|_| frame()).collect()
}

fn signal(rate: u32, channels: usize, seconds: f64, value: impl Fn(f64) -> f64) -> Vec<f32> {
    let count = (seconds * f64::from(rate)).round() as usize;
    (0..count).flat_map(|sample| std::iter::repeat_n(value(sample as f64 / f64::from(rate)) as f32, channels)).collect()
}

/// Where the energy within 20 ms of a sample at 48 kHz is centred, in samples; `None` where there is next to none.
pub fn centre_of_energy(sound: &[f32], around: i64) -> Option<f64> {
    centre_of_energy_within(sound, around, 960)
}

/// The same with another reach.
pub fn centre_of_energy_within(sound: &[f32], around: i64, reach: i64) -> Option<f64> {
    let (mut weight, mut moment) = (0.0, 0.0);
    for place in around - reach..=around + reach {
        let sample =
            usize::try_from(place).ok().and_then(|place| sound.get(place)).map_or(0.0, |&sample| f64::from(sample));
        weight += sample * sample;
        moment += sample * sample * place as f64;
    }
    (weight > 0.5).then(|| moment / weight)
}

/// The largest sample, without its sign.
pub fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}
