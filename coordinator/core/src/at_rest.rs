//! How media time is written into JSON: ticks as a number, a rate as `[num, den]`.

/// `#[serde(with = "at_rest::ticks")]`
pub mod ticks {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use timeline::Ticks;

    /// Writes the count.
    pub fn serialize<S: Serializer>(ticks: &Ticks, out: S) -> Result<S::Ok, S::Error> {
        ticks.0.serialize(out)
    }

    /// Reads the count.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Ticks, D::Error> {
        i64::deserialize(from).map(Ticks)
    }
}

/// `#[serde(with = "at_rest::rate")]`
pub mod rate {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use timeline::Rate;

    /// Writes numerator and denominator.
    pub fn serialize<S: Serializer>(rate: &Rate, out: S) -> Result<S::Ok, S::Error> {
        (rate.num(), rate.den()).serialize(out)
    }

    /// Reads numerator and denominator; zero is refused.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Rate, D::Error> {
        let (num, den) = <(u32, u32)>::deserialize(from)?;
        Rate::new(num, den).ok_or_else(|| D::Error::custom("a rate holds a zero"))
    }
}
