//! The check of check_and_set and check_and_mutate.

use bytes::Bytes;
use pegasus_protocol::idl::CheckType;
use pegasus_protocol::status::Status;

use super::written::Written;
use crate::store::filter::contains;
use crate::store::integer;

/// The result of a check_and_set or check_and_mutate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    /// The outcome of the write.
    pub(crate) written: Written,
    /// The checked value before the write, if the request asks for it and the check was made. The
    /// inner `None` means that there is no value.
    pub(crate) check_value: Option<Option<Bytes>>,
}

/// The outcome of a check: Ok if the value passes, kTryAgain if not, kInvalidArgument if the check
/// compares integers and a side is not an integer. The operand is parsed only if there is a value.
pub(super) fn check(kind: CheckType, value: Option<&Bytes>, operand: &[u8]) -> Status {
    use CheckType::*;
    let is_set = value.is_some_and(|value| !value.is_empty());
    let passes = match (kind, value) {
        (NoCheck, _) => true,
        (ValueNotExist, value) => value.is_none(),
        (ValueNotExistOrEmpty, _) => !is_set,
        (ValueExist, value) => value.is_some(),
        (ValueNotEmpty, _) => is_set,
        (_, None) => false,
        (ValueMatchAnywhere, Some(value)) => contains(value, operand),
        (ValueMatchPrefix, Some(value)) => value.starts_with(operand),
        (ValueMatchPostfix, Some(value)) => value.ends_with(operand),
        (ValueBytesLess, Some(value)) => value.as_ref() < operand,
        (ValueBytesLessOrEqual, Some(value)) => value.as_ref() <= operand,
        (ValueBytesEqual, Some(value)) => value.as_ref() == operand,
        (ValueBytesGreaterOrEqual, Some(value)) => value.as_ref() >= operand,
        (ValueBytesGreater, Some(value)) => value.as_ref() > operand,
        (ValueIntLess, Some(value)) => return check_integers(value, operand, i64::lt),
        (ValueIntLessOrEqual, Some(value)) => return check_integers(value, operand, i64::le),
        (ValueIntEqual, Some(value)) => return check_integers(value, operand, i64::eq),
        (ValueIntGreaterOrEqual, Some(value)) => return check_integers(value, operand, i64::ge),
        (ValueIntGreater, Some(value)) => return check_integers(value, operand, i64::gt),
    };
    verdict(passes)
}

fn check_integers(value: &[u8], operand: &[u8], passes: impl Fn(&i64, &i64) -> bool) -> Status {
    match (integer::parse(value), integer::parse(operand)) {
        (Some(value), Some(operand)) => verdict(passes(&value, &operand)),
        _ => Status::InvalidArgument,
    }
}

fn verdict(passes: bool) -> Status {
    if passes { Status::Ok } else { Status::TryAgain }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(value: Option<&'static str>, operand: &str) -> Vec<i32> {
        let value = value.map(|value| Bytes::from_static(value.as_bytes()));
        CheckType::ALL.iter().map(|kind| check(*kind, value.as_ref(), operand.as_bytes()).code()).collect()
    }

    #[test]
    fn every_check_of_no_value() {
        let expected = [0, 0, 0, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13];
        assert_eq!(verdicts(None, "no integer"), expected);
    }

    #[test]
    fn every_check_of_values() {
        let empty = [0, 13, 0, 0, 13, 0, 0, 0, 13, 0, 0, 0, 13, 4, 4, 4, 4, 4];
        assert_eq!(verdicts(Some(""), ""), empty);
        let less = [0, 13, 13, 0, 0, 13, 13, 13, 0, 0, 13, 13, 13, 0, 0, 13, 13, 13];
        assert_eq!(verdicts(Some("12"), "13"), less);
        let as_bytes_less_as_integer_more = [0, 13, 13, 0, 0, 13, 13, 13, 0, 0, 13, 13, 13, 13, 13, 13, 0, 0];
        assert_eq!(verdicts(Some("100"), "9"), as_bytes_less_as_integer_more);
        let no_integer = [0, 13, 13, 0, 0, 0, 0, 13, 13, 13, 13, 0, 0, 4, 4, 4, 4, 4];
        assert_eq!(verdicts(Some("abc"), "ab"), no_integer);
    }
}
