//! Divides items into portions that fit into one request each.

/// Divides items, in order, into portions of at most `max_items` items and `max_bytes` bytes. An item larger
/// than that gets a portion of its own.
pub(super) fn portions<T>(
    items: impl IntoIterator<Item = T>,
    max_items: usize,
    max_bytes: usize,
    bytes_of: impl Fn(&T) -> usize,
) -> Vec<Vec<T>> {
    let mut portions: Vec<Vec<T>> = Vec::new();
    let mut bytes = 0;
    let mut items = items.into_iter();
    while let Some(item) = items.next() {
        let more = bytes_of(&item);
        match portions.last_mut() {
            Some(portion) if portion.len() < max_items && bytes + more <= max_bytes => {
                bytes += more;
                portion.push(item);
            }
            _ => {
                bytes = more;
                // Usually all remaining items fit.
                let mut portion = Vec::with_capacity(max_items.min(1 + items.size_hint().0));
                portion.push(item);
                portions.push(portion);
            }
        }
    }
    portions
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn portions_fit_and_lose_nothing() {
        let max_bytes = 512 * 1024;
        let keys: Vec<Bytes> = (0..10).map(|i| Bytes::from(vec![i; 200_000])).collect();
        let portions = portions(keys.clone(), 1000, max_bytes, Bytes::len);
        assert!(portions.iter().all(|portion| portion.iter().map(Bytes::len).sum::<usize>() <= max_bytes));
        assert_eq!(portions.concat(), keys);
    }

    #[test]
    fn an_item_larger_than_a_portion_is_one_by_itself() {
        let lengths = |items: &[usize]| -> Vec<usize> {
            portions(items.to_vec(), 2, 10, |item| *item).iter().map(Vec::len).collect()
        };
        assert_eq!(lengths(&[3, 20, 3, 3, 3]), [1, 1, 2, 1]);
        assert_eq!(lengths(&[]), [0; 0]);
    }
}
