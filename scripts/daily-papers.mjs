#!/usr/bin/env node
// The command of the npm package: daily-papers start, daily-papers demo, and every operator command.
// Settings are read from the folder in which it is run. Plain JavaScript, since older Nodes run it.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './launch.mjs'

const VERBS = `Usage: daily-papers start [--roles web,schedule,worker]   the service
       daily-papers demo [options]                         the service with sample papers and a mailbox of its own
`
// Not import.meta.dirname, which Node has since 20.11.
const root = fileURLToPath(new URL('..', import.meta.url))
const [verb, ...rest] = process.argv.slice(2)

if (verb === 'start') run(['--no-fetch', '--max-semi-space-size=2', join(root, 'src/main.ts'), ...rest])
else if (verb === 'demo') run([join(root, 'scripts/demo.ts'), ...rest])
else {
  if (!verb || verb === '--help' || verb === '-h') process.stdout.write(VERBS)
  run([join(root, 'src/cli.ts'), ...process.argv.slice(2)])
}
