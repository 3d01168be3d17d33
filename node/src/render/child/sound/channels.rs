//! From interleaved samples to one row for each channel.
//! Knows nothing of what the channels are.

/// Appends each channel's samples to its row.
pub fn part(interleaved: &[f32], rows: &mut [Vec<f32>]) {
    match rows {
        [only] => only.extend_from_slice(interleaved),
        // By far the most frequent, and several times as fast as the general way.
        [left, right] => {
            let (frames, _) = interleaved.as_chunks::<2>();
            left.extend(frames.iter().map(|frame| frame[0]));
            right.extend(frames.iter().map(|frame| frame[1]));
        }
        rows => {
            let channels = rows.len();
            for (channel, row) in rows.iter_mut().enumerate() {
                row.extend(interleaved.iter().skip(channel).step_by(channels));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_gets_its_own_samples() {
        for channels in 1_u8..=3 {
            let mut rows = vec![vec![9.0]; channels.into()];
            let frames = (0..4_u8).flat_map(|frame| (0..channels).map(move |channel| f32::from(10 * frame + channel)));
            part(&frames.collect::<Vec<_>>(), &mut rows);
            for (channel, row) in (0_u8..).zip(rows) {
                let channel = f32::from(channel);
                assert!(row.iter().eq(&[9.0, channel, 10.0 + channel, 20.0 + channel, 30.0 + channel]));
            }
        }
    }
}
