#!/usr/bin/env node
// The command of the npm package: daily-papers start, daily-papers demo, and every operator command.
// Settings are read from the folder in which it is run. Plain JavaScript, since older Nodes run it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isNewEnough, run } from './launch.mjs'

// Not import.meta.dirname, which Node has since 20.11.
const root = fileURLToPath(new URL('..', import.meta.url))
const VERBS = `Usage: daily-papers start [--roles web,schedule,worker]   the service
       daily-papers demo [options]                         the service with sample papers and a mailbox of its own
`
const COMMANDS = `       daily-papers setup                                  asks what cannot be guessed, and writes .env
       daily-papers COMMAND [options]                      an operator's command: ${join(root, 'docs/cli.md')}
`
const [verb, ...rest] = process.argv.slice(2)

if (verb === '--version') {
  process.stdout.write(`${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}\n`)
} else if (verb === 'start')
  run(['--no-fetch', '--max-semi-space-size=2', join(root, 'src/main.ts'), ...rest])
else if (verb === 'demo') run([join(root, 'scripts/demo.ts'), ...rest])
else {
  const wantsHelp = !verb || verb === '--help' || verb === '-h'
  if (wantsHelp) process.stdout.write(VERBS)
  // Help is no reason to fetch Node.
  if (wantsHelp && !isNewEnough(process.version)) process.stdout.write(COMMANDS)
  else run([join(root, 'src/cli.ts'), ...process.argv.slice(2)])
}
