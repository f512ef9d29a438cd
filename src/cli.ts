import { runCommandLine } from './operator/command-line.ts'

const { stdout, stderr } = process
const exitCode = await runCommandLine(process.argv.slice(2), { stdout, stderr })

// A command that could not use the database may have left connections open: end without them, once all is printed.
stdout.write('', () => process.exit(exitCode))
