// The CommonJS core, so that both kinds of importers share one set of classes and one addon.
export {
  Admin,
  CheckType,
  Fault,
  FilterType,
  LocalCluster,
  NodeStatus,
  PegasusClient,
  PegasusError,
  Scanner,
  Table,
  TableStatus,
} from './index.js'
