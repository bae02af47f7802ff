// Re-exports the CommonJS core, so ES modules and CommonJS modules share one set of classes and one addon.
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
