// Circles and layers in a graph of imports, whatever the language.

/** Groups of nodes that reach each other, each sorted; a graph without circles has none. */
export function circlesOf(edges) {
  const next = new Map()
  for (const [from, to] of edges) {
    if (!next.has(from)) next.set(from, new Set())
    next.get(from).add(to)
  }
  const reach = new Map([...next.keys()].map((node) => [node, reachableFrom(node, next)]))
  const seen = new Set()
  const circles = []
  for (const [node, reached] of reach) {
    if (seen.has(node) || !reached.has(node)) continue
    const circle = [...reached].filter((other) => reach.get(other)?.has(node))
    for (const member of circle) seen.add(member)
    circles.push(circle.sort())
  }
  return circles
}

function reachableFrom(node, next) {
  const reached = new Set()
  const open = [...(next.get(node) ?? [])]
  while (open.length > 0) {
    const at = open.pop()
    if (reached.has(at)) continue
    reached.add(at)
    open.push(...(next.get(at) ?? []))
  }
  return reached
}

/** The edges between the rooms of a folder: its files and folders, a module's file and its folder together. */
export function roomEdges(folder, edges) {
  const between = []
  for (const [from, to] of edges) {
    const [a, b] = [roomOf(folder, from), roomOf(folder, to)]
    if (a !== undefined && b !== undefined && a !== b) between.push([a, b, from, to])
  }
  return between
}

/** The child of the folder in which the file lies, without its ending; undefined outside the folder. */
export function roomOf(folder, file) {
  if (!file.startsWith(`${folder}/`)) return undefined
  return file
    .slice(folder.length + 1)
    .split('/')[0]
    .replace(/\.(rs|m?[jt]s)$/, '')
}

/** Every folder that holds one of the files, or a folder of them, up to the root folder. */
export function foldersOf(root, files) {
  const folders = new Set([root])
  for (const file of files) {
    for (let at = file.lastIndexOf('/'); at > root.length; at = file.lastIndexOf('/', at - 1)) {
      folders.add(file.slice(0, at))
    }
  }
  return [...folders].sort()
}

/** The layers of each folder of docs/layers.json as {@link problemsOf} takes them: rooms only, without sentences. */
export function roomsByFolder(layers) {
  return Object.fromEntries(
    Object.entries(layers).map(([folder, list]) => [folder, list.map((layer) => layer.rooms)]),
  )
}

/**
 * What is wrong with the imports under a folder: circles of files, circles of rooms at any depth, and, where
 * the layers of a folder are given (top first, each a list of rooms), imports that do not point down.
 */
export function problemsOf(root, files, edges, layersOf) {
  const problems = circlesOf(edges).map((circle) => `circle of files: ${circle.join(', ')}`)
  for (const folder of foldersOf(root, files)) {
    const between = roomEdges(folder, edges)
    for (const circle of circlesOf(between)) {
      problems.push(`circle of rooms in ${folder}: ${circle.join(', ')}`)
    }
    const layers = layersOf[folder]
    if (layers !== undefined) problems.push(...againstLayers(folder, files, between, layers))
  }
  return problems
}

const ROOTS = ['lib', 'main', 'mod', 'index']

function againstLayers(folder, files, between, layers) {
  const level = new Map(layers.flatMap((rooms, at) => rooms.map((room) => [room, at])))
  const present = new Set(files.map((file) => roomOf(folder, file)).filter((room) => room !== undefined))
  const problems = []
  for (const room of present) {
    if (!level.has(room) && !ROOTS.includes(room)) problems.push(`${folder}/${room} has no layer`)
  }
  for (const room of level.keys()) {
    if (!present.has(room)) problems.push(`${folder}/${room} has a layer and does not exist`)
  }
  for (const [a, b, from, to] of between) {
    if (ROOTS.includes(a)) continue
    if (ROOTS.includes(b) || level.get(a) >= level.get(b)) {
      problems.push(`upward: ${from} names items of ${to}, and ${folder}/${b} is not in a layer below ${a}`)
    }
  }
  return problems
}
