//! Limits on the requests of a partition per second, and the use of them.

use std::time::Duration;

use crate::store::integer;

/// What to do with a request that exceeds a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Throttled {
    /// Serve it after a pause.
    Delay(Duration),
    /// Refuse it after a pause.
    Reject(Duration),
}

/// Two limits: requests beyond the one wait, requests beyond the other are refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Throttling {
    delay: Option<Limit>,
    reject: Option<Limit>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limit {
    units: u64,
    pause: Duration,
}

/// The use of a limit in the current second.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    second: u32,
    units: u64,
}

impl Throttling {
    /// Parses a comma-separated list of `<N[K|M]>*<delay|reject>*<ms>`, with at most one part of
    /// each kind. The error is the text that real servers give.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.split(',').map(str::trim).filter(|part| !part.is_empty()).peekable();
        if parts.peek().is_none() {
            return Err("The value shouldn't be empty".to_owned());
        }
        let mut throttling = Self::default();
        for part in parts {
            let (is_delay, limit) = parse_part(part)?;
            let (place, name) =
                if is_delay { (&mut throttling.delay, "delay") } else { (&mut throttling.reject, "reject") };
            if place.replace(limit).is_some() {
                return Err(format!("duplicate '{name}' config"));
            }
        }
        Ok(throttling)
    }

    /// The share of one partition. A limit of 0 units does not limit.
    pub(super) fn shared_by(self, partition_count: u64) -> Self {
        let share = |limit: Option<Limit>| {
            let Limit { units, pause } = limit.filter(|limit| limit.units != 0)?;
            Some(Limit { units: units / partition_count + 1, pause })
        };
        Self { delay: share(self.delay), reject: share(self.reject) }
    }

    /// Counts a request, and says what to do with it if it exceeds a limit. A refused request is
    /// not counted. A pause is at most half of the client's timeout; a timeout of 0 means none.
    pub(crate) fn judge(
        &self,
        usage: &mut Usage,
        units: u64,
        now: u32,
        timeout_ms: i32,
    ) -> Option<Throttled> {
        if usage.second != now {
            *usage = Usage { second: now, units: 0 };
        }
        let pause = |limit: Limit| match u64::try_from(timeout_ms) {
            Ok(timeout @ 1..) => limit.pause.min(Duration::from_millis(timeout / 2)),
            Ok(0) | Err(_) => limit.pause,
        };
        let used = usage.units.saturating_add(units);
        let exceeded = |limit: &Limit| used > limit.units;
        if let Some(limit) = self.reject.filter(exceeded) {
            return Some(Throttled::Reject(pause(limit)));
        }
        usage.units = used;
        self.delay.filter(exceeded).map(|limit| Throttled::Delay(pause(limit)))
    }
}

/// Parses one `<N[K|M]>*<delay|reject>*<ms>`. Returns whether it is the `delay` part, and the
/// limit.
fn parse_part(part: &str) -> Result<(bool, Limit), String> {
    let fields: Vec<_> = part.split('*').map(str::trim).collect();
    let &[units, kind, pause] = fields.as_slice() else {
        return Err(format!("The field count of '{part}' separated by '*' must be 3"));
    };
    let units = parse_units(units)?;
    let is_delay = match kind {
        "delay" => true,
        "reject" => false,
        _ => return Err(format!("'{kind}' should be 'delay' or 'reject'")),
    };
    Ok((is_delay, Limit { units, pause: Duration::from_millis(parse_unsigned(pause)?) }))
}

/// Parses a number of units. The letters K and M multiply it by 1024 and 1024².
fn parse_units(text: &str) -> Result<u64, String> {
    let (number, factor) = match text.as_bytes() {
        [.., b'K'] => (&text[..text.len() - 1], 1 << 10),
        [.., b'M'] => (&text[..text.len() - 1], 1 << 20),
        _ => (text, 1),
    };
    parse_unsigned(number)?.checked_mul(factor).ok_or_else(|| format!("'{number}' result is overflow"))
}

fn parse_unsigned(text: &str) -> Result<u64, String> {
    let number = integer::parse(text.as_bytes()).and_then(|number| u64::try_from(number).ok());
    number.ok_or_else(|| format!("'{text}' should be an unsigned integer"))
}

/// Parses the number of bytes that may be read per second: a number of units, or the `reject` part
/// of a text that [`Throttling::parse`] accepts. A text with only a `delay` part gives `None`,
/// because reads are not delayed for their bytes.
pub(super) fn parse_rate(text: &str) -> Result<Option<u64>, String> {
    if let Ok(bytes @ 1..) = parse_units(text) {
        return Ok(Some(bytes));
    }
    if let Ok((true, _)) = parse_part(text) {
        return Ok(None);
    }
    match Throttling::parse(text)?.reject {
        Some(Limit { units: bytes @ 1.., .. }) => Ok(Some(bytes)),
        Some(_) | None => Err("reject value should be greater than 0".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_limit_says() {
        let limit = |units, ms| Some(Limit { units, pause: Duration::from_millis(ms) });
        let parse = |text| Throttling::parse(text).unwrap();
        assert_eq!(parse("2K*delay*100"), Throttling { delay: limit(2048, 100), reject: None });
        assert_eq!(
            parse("10*delay*0, 3M * reject * 7"),
            Throttling { delay: limit(10, 0), reject: limit(3 << 20, 7) }
        );
        assert_eq!(parse("16*reject*5").shared_by(8).reject, limit(3, 5));
        assert_eq!(parse("0*reject*5").shared_by(8), Throttling::default());
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, hint) in [
            ("", "The value shouldn't be empty"),
            ("10*delay", "The field count of '10*delay' separated by '*' must be 3"),
            ("x*delay*1", "'x' should be an unsigned integer"),
            ("-1*delay*1", "'-1' should be an unsigned integer"),
            ("9223372036854775807K*delay*1", "'9223372036854775807' result is overflow"),
            ("10*late*1", "'late' should be 'delay' or 'reject'"),
            ("10*delay*soon", "'soon' should be an unsigned integer"),
            ("1*delay*1,2*delay*2", "duplicate 'delay' config"),
            ("1*reject*1,2*reject*2", "duplicate 'reject' config"),
        ] {
            assert_eq!(Throttling::parse(text), Err(hint.to_owned()), "{text}");
        }
        assert_eq!(parse_rate("0"), Err("The field count of '0' separated by '*' must be 3".to_owned()));
        assert_eq!(parse_rate("0*reject*1"), Err("reject value should be greater than 0".to_owned()));
    }

    #[test]
    fn seconds_are_counted_one_by_one() {
        let throttling = Throttling::parse("2*delay*100,3*reject*50").unwrap();
        let mut usage = Usage::default();
        let mut judge = |now| throttling.judge(&mut usage, 1, now, 0);
        assert_eq!([judge(1), judge(1)], [None, None]);
        assert_eq!(judge(1), Some(Throttled::Delay(Duration::from_millis(100))));
        assert_eq!(judge(1), Some(Throttled::Reject(Duration::from_millis(50))));
        assert_eq!(judge(2), None);
    }

    #[test]
    fn a_pause_leaves_the_client_half_of_its_time() {
        let throttling = Throttling::parse("1*delay*100").unwrap();
        let pause = |timeout_ms| throttling.judge(&mut Usage::default(), 2, 1, timeout_ms);
        assert_eq!(pause(100), Some(Throttled::Delay(Duration::from_millis(50))));
        for timeout_ms in [0, -1, 1000] {
            assert_eq!(pause(timeout_ms), Some(Throttled::Delay(Duration::from_millis(100))));
        }
    }
}
