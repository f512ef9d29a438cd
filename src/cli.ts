import { FEATURES } from './features/index.ts'
import { runCommandLine } from './operator/command-line.ts'

const { stdout, stderr } = process
const exitCode = await runCommandLine(FEATURES, process.argv.slice(2), { stdout, stderr })

// A command that could not use the database may have left connections open: end without them, once all is printed.
stdout.write('', () => process.exit(exitCode))
