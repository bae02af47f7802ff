//! Checks a fault rule when it is added.

use std::time::Duration;

use pegasus_protocol::rpc::{RpcCode, RpcKind};
use pegasus_protocol::thrift::Text;

use super::error::FaultError;
use super::fault::{Fault, Reaction};
use super::names;
use super::request::names_a_table;
use super::rule::{Alteration, Effect, Rule};
use crate::error::ServerError;
use crate::topology::{Role, Topology};

/// The longest delay of an answer.
const LONGEST_DELAY: Duration = Duration::from_secs(24 * 3600);

/// Resolves the names in a rule. `server` is the role of the server that the rule names. A rule
/// that could never take a request is refused, because its author must have meant something else.
pub(crate) fn check(topology: &Topology, fault: Fault, server: Option<Role>) -> Result<Rule, FaultError> {
    let effect = effect(&fault.reaction)?;
    let code = fault.rpc.as_deref().map(rpc).transpose()?;
    check_numbers(&fault)?;
    if let Some(code) = code {
        check_rpc(&fault, code, server)?;
    }
    if let (Some(_), Some(Role::Meta(_))) = (fault.partition_index, server) {
        return Err(invalid("a rule for a partition takes nothing at a meta server: it has none"));
    }
    if code != Some(RpcCode::CreateApp) {
        check_table(topology, &fault)?;
    }
    Ok(Rule::new(fault, code, server, effect))
}

fn effect(reaction: &Reaction) -> Result<Effect, FaultError> {
    let change = |carried_out: &bool, alteration| match carried_out {
        true => Effect::Change(alteration),
        false => Effect::Replace(alteration),
    };
    Ok(match reaction {
        Reaction::Answer { error, carried_out } => {
            let code = names::error(error).ok_or_else(|| {
                invalid(format!("an error's name is ERR_ and capitals, digits or _, not {error:?}"))
            })?;
            change(carried_out, Alteration::Error(code))
        }
        Reaction::Delay(delay) | Reaction::Hold(delay) if *delay > LONGEST_DELAY => {
            return Err(invalid(format!("a delay is a day at most, not {delay:?}")));
        }
        Reaction::Delay(delay) => Effect::Change(Alteration::Delay(*delay)),
        Reaction::Hold(delay) => Effect::Hold(*delay),
        Reaction::Drop { carried_out } => change(carried_out, Alteration::Drop),
        Reaction::Duplicate => Effect::Change(Alteration::Duplicate),
        Reaction::Corrupt => Effect::Change(Alteration::Corrupt),
        Reaction::Disconnect { carried_out } => change(carried_out, Alteration::Disconnect),
    })
}

fn rpc(name: &str) -> Result<RpcCode, FaultError> {
    names::rpc(name)
        .ok_or_else(|| invalid(format!("there is no RPC {name:?}: there are {}", names::methods())))
}

fn check_numbers(fault: &Fault) -> Result<(), FaultError> {
    if fault.times == Some(0) {
        return Err(invalid("a rule that takes 0 requests has no effect: times must be 1 or more"));
    }
    if fault.share > 0.0 && fault.share <= 1.0 {
        return Ok(());
    }
    Err(invalid(format!("a share must be more than 0 and at most 1, not {}", fault.share)))
}

/// Refuses a condition that no request of the RPC can meet.
fn check_rpc(fault: &Fault, code: RpcCode, server: Option<Role>) -> Result<(), FaultError> {
    let name = code.name();
    let is_data = !matches!(code.kind(), RpcKind::Meta | RpcKind::Node);
    let never = |what: &str| Err(invalid(format!("a rule for {name} {what}")));
    match (code.kind(), server) {
        (RpcKind::Meta, Some(Role::Replica(_))) => {
            return never("takes nothing at a replica server: it goes to meta servers");
        }
        (RpcKind::Read | RpcKind::IdempotentWrite | RpcKind::AtomicWrite, Some(Role::Meta(_))) => {
            return never("takes nothing at a meta server: it goes to replica servers");
        }
        _ => {}
    }
    if fault.partition_index.is_some() && !is_data {
        return never("cannot be for a partition: it is sent to none");
    }
    if fault.table.is_some() && !names_a_table(code) {
        return never("cannot be for a table: it names none");
    }
    Ok(())
}

fn check_table(topology: &Topology, fault: &Fault) -> Result<(), FaultError> {
    let Some(name) = &fault.table else {
        return Ok(());
    };
    let table = topology.table_by_name(&Text::from(name.as_str()));
    let table = table.ok_or_else(|| ServerError::NoTable { name: name.clone() })?;
    let count = table.partitions.len();
    match fault.partition_index {
        Some(index) if index as usize >= count => {
            Err(ServerError::NoPartition { name: name.clone(), count, index }.into())
        }
        Some(_) | None => Ok(()),
    }
}

fn invalid(reason: impl Into<String>) -> FaultError {
    FaultError::Invalid { reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddrV4};
    use std::sync::Arc;

    use pegasus_protocol::idl::{AppInfo, AppStatus};

    use super::*;
    use crate::store::TableRecord;
    use crate::topology::TableState;

    fn refusal(change: impl FnOnce(&mut Fault), server: Option<Role>) -> Option<(&'static str, String)> {
        let servers: Arc<[_]> = [SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1)].into();
        let mut topology = Topology::new(servers.clone(), servers, 1);
        let info = AppInfo {
            app_id: 1,
            app_name: "temp".into(),
            status: AppStatus::Available.into(),
            partition_count: 4,
            ..AppInfo::default()
        };
        topology.insert(TableState::new(
            TableRecord { info, ballots: vec![1; 4], purging: vec![] },
            None,
            &[0],
        ));
        let mut fault = Fault::new(Reaction::Duplicate);
        change(&mut fault);
        check(&topology, fault, server).err().map(|error| (error.code(), error.to_string()))
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    const META: Option<Role> = Some(Role::Meta(0));
    const REPLICA: Option<Role> = Some(Role::Replica(0));

    #[test]
    fn rules_that_can_take_something() {
        assert_eq!(refusal(|_| {}, None), None);
        assert_eq!(refusal(|f| (f.rpc, f.table) = (some("get"), some("temp")), REPLICA), None);
        assert_eq!(refusal(|f| (f.table, f.partition_index) = (some("temp"), Some(3)), REPLICA), None);
        assert_eq!(refusal(|f| (f.rpc, f.table) = (some("query_cfg"), some("temp")), META), None);
        assert_eq!(refusal(|f| (f.rpc, f.table) = (some("create_app"), some("not yet")), META), None);
        assert_eq!(refusal(|f| f.rpc = some("negotiation"), META), None);
        assert_eq!(refusal(|f| (f.share, f.times, f.skip) = (0.5, Some(1), 9), None), None);
    }

    #[test]
    fn rules_that_cannot_be_meant_are_refused_with_a_sentence() {
        type Change = fn(&mut Fault);
        let cases: [(Change, Option<Role>, &str, &str); 15] = [
            (
                |f| f.rpc = some("gett"),
                None,
                "ERR_INVALID_ARGUMENT",
                "there is no RPC \"gett\": there are get, put",
            ),
            (|f| f.times = Some(0), None, "ERR_INVALID_ARGUMENT", "times must be 1 or more"),
            (|f| f.share = 0.0, None, "ERR_INVALID_ARGUMENT", "more than 0 and at most 1, not 0"),
            (|f| f.share = 1.5, None, "ERR_INVALID_ARGUMENT", "more than 0 and at most 1, not 1.5"),
            (|f| f.share = f64::NAN, None, "ERR_INVALID_ARGUMENT", "more than 0 and at most 1, not NaN"),
            (
                |f| f.reaction = Reaction::Delay(Duration::from_secs(86_401)),
                None,
                "ERR_INVALID_ARGUMENT",
                "a delay is a day at most, not 86401s",
            ),
            (
                |f| f.reaction = Reaction::Hold(Duration::from_secs(86_401)),
                None,
                "ERR_INVALID_ARGUMENT",
                "a delay is a day at most, not 86401s",
            ),
            (|f| f.rpc = some("get"), META, "ERR_INVALID_ARGUMENT", "it goes to replica servers"),
            (|f| f.rpc = some("query_cfg"), REPLICA, "ERR_INVALID_ARGUMENT", "it goes to meta servers"),
            (|f| f.partition_index = Some(0), META, "ERR_INVALID_ARGUMENT", "at a meta server: it has none"),
            (
                |f| (f.rpc, f.partition_index) = (some("query_cfg"), Some(0)),
                None,
                "ERR_INVALID_ARGUMENT",
                "RPC_CM_QUERY_PARTITION_CONFIG_BY_INDEX cannot be for a partition",
            ),
            (
                |f| (f.rpc, f.table) = (some("list_nodes"), some("temp")),
                None,
                "ERR_INVALID_ARGUMENT",
                "RPC_CM_LIST_NODES cannot be for a table",
            ),
            (|f| f.table = some("none"), None, "ERR_APP_NOT_EXIST", "there is no table \"none\""),
            (
                |f| (f.table, f.partition_index) = (some("temp"), Some(4)),
                None,
                "ERR_INVALID_ARGUMENT",
                "the table \"temp\" has the partitions 0 to 3, not 4",
            ),
            (
                |f| f.reaction = Reaction::Answer { error: "busy".to_owned(), carried_out: false },
                None,
                "ERR_INVALID_ARGUMENT",
                "an error's name is ERR_ and capitals, digits or _, not \"busy\"",
            ),
        ];
        for (change, server, code, sentence) in cases {
            let (found, message) = refusal(change, server).unwrap();
            assert!(found == code && message.contains(sentence), "{found}: {message}");
        }
    }
}
