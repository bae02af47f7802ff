//! The macro that declares messages in the language of the IDL.

/// Declares structs in the language of the IDL: field number, name, type.
///
/// Each one becomes a plain struct with public fields, `Default`, and [`Wire`](super::wire::Wire) in both
/// directions. `Option<T>` is thrift's `optional`. Fields are read in any order, missing ones keep their
/// default, unknown ones are skipped, as every Pegasus peer does.
macro_rules! idl {
    ($(
        $(#[$meta:meta])*
        struct $name:ident {
            $( $(#[$field_meta:meta])* $id:literal: $field:ident: $ty:ty ),* $(,)?
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $ty, )*
        }

        #[cfg(test)]
        impl $crate::sample::Sample for $name {
            #[allow(unused_variables)]
            fn sample(source: &mut $crate::sample::Source) -> Self {
                Self { $( $field: $crate::sample::Sample::sample(source), )* }
            }
        }

        impl $crate::thrift::wire::Wire for $name {
            const TYPE: $crate::ttype::TType = $crate::ttype::TType::Struct;

            #[allow(unused_variables)]
            fn write(&self, out: &mut bytes::BytesMut) {
                $( $crate::thrift::wire::Wire::write_field(&self.$field, $id, out); )*
                $crate::thrift::wire::write_stop(out);
            }

            fn read(input: &mut $crate::thrift::reader::Reader) -> Result<Self, $crate::error::DecodeError> {
                #[allow(unused_mut)]
                let mut value = Self::default();
                loop {
                    let ttype = input.u8()?;
                    if ttype == 0 {
                        return Ok(value);
                    }
                    match input.i16()? {
                        $( $id => value.$field = input.typed(ttype)?, )*
                        _ => input.skip_value(ttype)?,
                    }
                }
            }
        }
    )*};
}

pub(crate) use idl;

impl super::reader::Reader {
    /// Reads the value of a field, after checking the type in its header.
    pub(crate) fn typed<T: super::wire::Wire>(&mut self, ttype: u8) -> Result<T, crate::error::DecodeError> {
        self.expect::<T>(ttype)?;
        T::read(self)
    }

    /// Checks the type in the header of a field.
    pub(crate) fn expect<T: super::wire::Wire>(&self, ttype: u8) -> Result<(), crate::error::DecodeError> {
        if ttype != T::TYPE as u8 {
            return Err(crate::error::DecodeError::WrongType { expected: T::TYPE, found: ttype });
        }
        Ok(())
    }
}
