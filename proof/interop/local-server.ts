import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Program, root } from './program'

/** The local server, started as users start it: the program. */
export class LocalServer {
  private constructor(
    private readonly program: Program,
    readonly metaServers: string[],
  ) {}

  static async start(tables: Record<string, number>): Promise<LocalServer> {
    const wanted = Object.entries(tables).flatMap(([name, count]) => ['--table', `${name}:${count}`])
    const args = [join(root, 'bin', 'pegasus-local.js'), '--port', '0', ...wanted]
    const ignore = () => {}
    const program = new Program(process.execPath, args, ignore, ignore)
    const [, metaServers] = /^pegasus-local ready, meta servers: (.+)$/.exec(await program.firstLine) ?? []
    assert.ok(metaServers, 'the ready line names the meta servers')
    return new LocalServer(program, metaServers.split(','))
  }

  stop(): Promise<void> {
    return this.program.end((child) => child.kill('SIGTERM'))
  }
}
