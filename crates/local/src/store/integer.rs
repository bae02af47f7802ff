//! Parses integers as real servers do: like C's `strtoll` with base 0, and all bytes must be used.

/// The integer in `text`: white space, an optional sign, then decimal, octal (`0…`) or hexadecimal
/// (`0x…`) digits up to the end. `None` for any other text, and for numbers that do not fit into 64
/// bits.
pub(crate) fn parse(text: &[u8]) -> Option<i64> {
    let start = text.iter().position(|byte| !is_space(*byte))?;
    let (negative, digits) = match &text[start..] {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let (radix, digits) = match digits {
        [b'0', b'x' | b'X', digits @ ..] => (16, digits),
        [b'0', _, ..] => (8, digits),
        _ => (10, digits),
    };
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0i64, |value, byte| {
        let digit = i64::from(char::from(*byte).to_digit(radix)?);
        let shifted = value.checked_mul(i64::from(radix))?;
        // Goes away from zero on the side of the sign, so that `i64::MIN` can be reached.
        if negative { shifted.checked_sub(digit) } else { shifted.checked_add(digit) }
    })
}

/// C's `isspace`. Unlike Rust's, it includes the vertical tab.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        let cases: &[(&str, i64)] = &[
            ("0", 0),
            ("10", 10),
            ("-10", -10),
            ("+7", 7),
            (" \t\n\u{b}\u{c}\r12", 12),
            ("010", 8),
            ("00", 0),
            ("0x1F", 31),
            ("-0X10", -16),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("0x7fffffffffffffff", i64::MAX),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text.as_bytes()), Some(*expected), "{text:?}");
        }
    }

    #[test]
    fn not_integers() {
        for text in [
            "",
            " ",
            "-",
            "+",
            "a",
            "1 ",
            "1a",
            "08",
            "0x",
            "0xg",
            "- 1",
            "+-1",
            "1.5",
            "\0",
            "1\0",
            "9223372036854775808",
            "-9223372036854775809",
            "0x8000000000000000",
            "99999999999999999999999",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text:?}");
        }
    }
}
