//! The numbers that have names.
//!
//! Messages carry them as `i32`: a peer may send a number that this version does not know, and such a message
//! must be answered, not refused. These types name the known numbers.

macro_rules! wire_enum {
    ($(
        $(#[$meta:meta])*
        enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $number:literal ),* $(,)? }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(i32)]
        pub enum $name { $( $(#[$variant_meta])* $variant = $number, )* }

        impl $name {
            /// All values, in the order of their numbers.
            pub const ALL: &[Self] = &[ $( Self::$variant, )* ];
        }

        impl From<$name> for i32 {
            fn from(value: $name) -> i32 {
                value as i32
            }
        }

        /// Fails with the number itself when it has no name.
        impl TryFrom<i32> for $name {
            type Error = i32;

            fn try_from(number: i32) -> Result<Self, i32> {
                match number {
                    $( $number => Ok(Self::$variant), )*
                    other => Err(other),
                }
            }
        }
    )*};
}

wire_enum! {
    /// How a filter compares its pattern with a key. An empty pattern matches every key.
    enum FilterType {
        /// Every key passes.
        NoFilter = 0,
        /// The key contains the pattern.
        MatchAnywhere = 1,
        /// The key starts with the pattern.
        MatchPrefix = 2,
        /// The key ends with the pattern.
        MatchPostfix = 3,
    }

    /// What a check-and-set or check-and-mutate requires of the checked value.
    enum CheckType {
        /// Always passes.
        NoCheck = 0,
        /// There is no row.
        ValueNotExist = 1,
        /// There is no row, or its value is empty.
        ValueNotExistOrEmpty = 2,
        /// There is a row.
        ValueExist = 3,
        /// There is a row, and its value is not empty.
        ValueNotEmpty = 4,
        /// The value contains the operand.
        ValueMatchAnywhere = 5,
        /// The value starts with the operand.
        ValueMatchPrefix = 6,
        /// The value ends with the operand.
        ValueMatchPostfix = 7,
        /// The value sorts before the operand, as unsigned bytes.
        ValueBytesLess = 8,
        /// The value sorts before the operand or equals it.
        ValueBytesLessOrEqual = 9,
        /// The value equals the operand.
        ValueBytesEqual = 10,
        /// The value sorts after the operand or equals it.
        ValueBytesGreaterOrEqual = 11,
        /// The value sorts after the operand.
        ValueBytesGreater = 12,
        /// The value, a decimal integer, is less than the operand.
        ValueIntLess = 13,
        /// The value, a decimal integer, is at most the operand.
        ValueIntLessOrEqual = 14,
        /// The value, a decimal integer, equals the operand.
        ValueIntEqual = 15,
        /// The value, a decimal integer, is at least the operand.
        ValueIntGreaterOrEqual = 16,
        /// The value, a decimal integer, is greater than the operand.
        ValueIntGreater = 17,
    }

    /// What one step of a check-and-mutate does.
    enum MutateOperation {
        /// Sets a row.
        Put = 0,
        /// Deletes a row.
        Delete = 1,
    }

    /// The state of a table.
    enum AppStatus {
        /// In requests: any state.
        Invalid = 0,
        /// It can be used.
        Available = 1,
        /// Being created.
        Creating = 2,
        /// No longer used.
        CreateFailed = 3,
        /// Being dropped.
        Dropping = 4,
        /// No longer used.
        DropFailed = 5,
        /// Dropped; perhaps it can still be recalled.
        Dropped = 6,
        /// Being recalled.
        Recalling = 7,
    }

    /// The state of a replica server.
    enum NodeStatus {
        /// In requests: any state.
        Invalid = 0,
        /// It answers the failure detector.
        Alive = 1,
        /// It does not answer the failure detector.
        Unalive = 2,
    }

    /// What a change of a table's settings does.
    enum AppEnvOperation {
        /// Not an operation; servers refuse it.
        Invalid = 0,
        /// Sets settings.
        Set = 1,
        /// Deletes settings.
        Del = 2,
        /// Deletes all settings with a prefix.
        Clear = 3,
    }

    /// How a pattern is compared with table names.
    enum PatternMatchType {
        /// Not a comparison.
        Invalid = 0,
        /// Every name matches.
        MatchAll = 1,
        /// The name equals the pattern.
        MatchExact = 2,
        /// The name contains the pattern.
        MatchAnywhere = 3,
        /// The name starts with the pattern.
        MatchPrefix = 4,
        /// The name ends with the pattern.
        MatchPostfix = 5,
        /// The pattern is a regular expression; servers do not support it.
        MatchRegex = 6,
    }

    /// A step of the security negotiation.
    enum NegotiationStatus {
        /// Not a step.
        Invalid = 0,
        /// Client: which mechanisms do you support?
        ListMechanisms = 1,
        /// Server: these mechanisms.
        ListMechanismsResp = 2,
        /// Client: use this mechanism.
        SelectMechanisms = 3,
        /// Server: agreed.
        SelectMechanismsResp = 4,
        /// Client: the first token.
        Initiate = 5,
        /// Server: a challenge.
        Challenge = 6,
        /// Client: the reply to the challenge.
        ChallengeResp = 7,
        /// Server: success.
        Succ = 8,
        /// Server: authentication is disabled here.
        AuthDisable = 9,
        /// Server: refused.
        AuthFail = 10,
    }
}
