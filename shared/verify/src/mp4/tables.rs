//! Sample tables, read out frame by frame. What contradicts itself is an error, never a panic.

use mp4parse::TimeOffsetVersion;

use crate::found::{ReadError, Sample, malformed};

/// No track has more frames: ten days at 60 a second.
const FRAMES_MAX: usize = 51_840_000;

/// Every frame of a track in decode order, `start` being its time zero; and when the last one shown ends, after `start`.
pub(super) fn samples(track: &mp4parse::Track, start: i64) -> Result<(Vec<Sample>, i64), ReadError> {
    let lacks = || malformed("a track lacks a table");
    let sizes = track.stsz.as_ref().ok_or_else(lacks)?;
    let durations = track.stts.as_ref().ok_or_else(lacks)?;
    let mut places = places(track)?.into_iter();
    let sizes: Vec<u32> = match sizes.sample_size {
        0 => sizes.sample_sizes.to_vec(),
        size => vec![size; count(places.as_slice())?],
    };
    let mut times = runs(durations.samples.iter().map(|run| (run.sample_count, i64::from(run.sample_delta))));
    let offsets = track.ctts.as_ref().map(|ctts| &ctts.samples[..]).unwrap_or_default();
    let mut offsets = runs(offsets.iter().map(|run| (run.sample_count, offset(run.time_offset))));
    let mut keys = track.stss.as_ref().map(|stss| stss.samples.iter().copied().peekable());

    let torn = || malformed("the tables of a track contradict each other");
    let mut samples = Vec::with_capacity(sizes.len());
    let mut decoded = 0_i64;
    // The turns to be decoded are as long as the frames are shown, one after another in their order.
    let (mut latest, mut last_duration) = (0, 0);
    let mut place = places.next();
    for (number, size) in (1_u32..).zip(sizes) {
        while place.as_ref().is_some_and(|place| place.count == 0) {
            place = places.next();
        }
        let here = place.as_mut().ok_or_else(torn)?;
        let delay = if track.ctts.is_some() { offsets.next().ok_or_else(torn)? } else { 0 };
        let key = keys.as_mut().is_none_or(|keys| keys.next_if_eq(&number).is_some());
        let shown = decoded.checked_add(delay).and_then(|shown| shown.checked_sub(start)).ok_or_else(torn)?;
        samples.push(Sample { offset: here.offset, size: size.into(), shown, decoded: Some(decoded - start), key });
        here.offset = here.offset.checked_add(size.into()).ok_or_else(torn)?;
        here.count -= 1;
        latest = latest.max(shown);
        last_duration = times.next().ok_or_else(torn)?;
        decoded = decoded.checked_add(last_duration).ok_or_else(torn)?;
    }
    let left = place.into_iter().chain(places).any(|place| place.count > 0);
    if left || times.next().is_some() || offsets.next().is_some() || keys.is_some_and(|mut keys| keys.next().is_some())
    {
        return Err(torn());
    }
    Ok((samples, latest.checked_add(last_duration).ok_or_else(torn)?))
}

/// Frames in all, unless no file has so many.
fn count(places: &[Place]) -> Result<usize, ReadError> {
    let count = places.iter().try_fold(0_usize, |sum, place| sum.checked_add(place.count));
    count.filter(|&count| count <= FRAMES_MAX).ok_or_else(|| malformed("a track has more frames than any"))
}

fn offset(offset: TimeOffsetVersion) -> i64 {
    match offset {
        TimeOffsetVersion::Version0(offset) => offset.into(),
        TimeOffsetVersion::Version1(offset) => offset.into(),
    }
}

/// The values of a run-length table, one by one.
fn runs(table: impl Iterator<Item = (u32, i64)>) -> impl Iterator<Item = i64> {
    table.flat_map(|(count, value)| std::iter::repeat_n(value, usize::try_from(count).unwrap_or(0)))
}

/// Frames that lie side by side.
struct Place {
    offset: u64,
    count: usize,
}

/// Where frames lie, in order.
fn places(track: &mp4parse::Track) -> Result<Vec<Place>, ReadError> {
    let (Some(offsets), Some(counts)) = (&track.stco, &track.stsc) else {
        return Err(malformed("a track does not say where its frames are"));
    };
    let mut runs = counts.samples.iter().peekable();
    let mut count = 0;
    let mut places = Vec::with_capacity(offsets.offsets.len());
    for (number, &offset) in (1..).zip(offsets.offsets.iter()) {
        if let Some(run) = runs.next_if(|run| run.first_chunk == number) {
            count = usize::try_from(run.samples_per_chunk).unwrap_or(0);
        }
        places.push(Place { offset, count });
    }
    if runs.next().is_some() {
        return Err(malformed("a track's frames are in places that are not there"));
    }
    Ok(places)
}
