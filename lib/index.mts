// The CommonJS core, so that both kinds of importers share one set of classes and one addon.
export { CheckType, FilterType, LocalCluster, PegasusClient, PegasusError, Scanner, Table } from './index.js'
