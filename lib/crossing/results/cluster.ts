import type { NodeInfo, PartitionLayout, TableInfo, TableLayout } from '../../values/cluster'
import { NodeStatus, TableStatus } from '../../values/enums'
import type { NativeNodeInfo, NativePartitionInfo, NativeTableInfo, NativeTableLayout } from '../native'

export function tableInfo(native: NativeTableInfo): TableInfo {
  return {
    name: native.name,
    appId: native.appId,
    status: native.status in TableStatus ? native.status : undefined,
    partitionCount: native.partitionCount,
    replicaCount: native.replicaCount,
    envs: ordered(native.envs),
    createdAt: date(native.createUnixSeconds),
    droppedAt: date(native.dropUnixSeconds),
    expiresAt: date(native.expireUnixSeconds),
  }
}

export function nodeInfo({ address, status }: NativeNodeInfo): NodeInfo {
  return { address, status: status in NodeStatus ? status : undefined }
}

export function tableLayout({ appId, partitions }: NativeTableLayout): TableLayout {
  return { appId, partitions: partitions.map(partitionLayout) }
}

function partitionLayout(native: NativePartitionInfo): PartitionLayout {
  const { index, ballot, primary = null, secondaries, replicaCount } = native
  return { index, ballot, primary, secondaries, replicaCount }
}

/** Orders the properties by name: the addon gives them unordered. */
export function ordered(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)))
}

function date(unixSeconds: number): Date | null {
  return unixSeconds > 0 ? new Date(unixSeconds * 1000) : null
}
