// Writes docs/commands.md and docs/settings.md from the program: npm run docs
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandsPage } from './docs/commands-page.ts'
import { settingsPage } from './docs/settings-page.ts'

const root = join(import.meta.dirname, '..')
writeFileSync(join(root, 'docs/commands.md'), await commandsPage())
writeFileSync(join(root, 'docs/settings.md'), settingsPage(readFileSync(join(root, '.env.example'), 'utf8')))
