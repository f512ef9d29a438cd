import type { Fault } from '../../core/errors.ts'
import { ImportFault } from './import-fault.ts'
import { isNever } from './import-instant.ts'
import type { ImportCells } from './import-row.ts'

/** A row of another program's export, by column name. */
export type ForeignCells = Record<string, string | undefined>

export type ListmonkStatus = 'confirmed' | 'unconfirmed' | 'unsubscribed'
export const LISTMONK_STATUSES: readonly ListmonkStatus[] = ['confirmed', 'unconfirmed', 'unsubscribed']

/** Converts a listmonk row to our columns. `subscription` is the status by which the file was exported. */
export function fromListmonk(cells: ForeignCells, subscription?: ListmonkStatus): ImportCells {
  const { email, created_at, updated_at, optin_ip } = cells
  const status = (cells.status ?? '').trim().toLowerCase()
  const asked = (cells.subscription_status ?? subscription ?? '').trim().toLowerCase()
  const common = { email, created_at }
  // Never email them again: they asked for it or complained.
  if (status === 'blocklisted')
    return { ...common, state: 'suppressed', suppressed_reason: 'complaint', suppressed_at: updated_at }
  if (status === 'disabled' || asked === 'unsubscribed')
    return { ...common, state: 'unsubscribed', unsubscribed_at: updated_at }
  if (status !== '' && status !== 'enabled') throw unknownState(status, 'enabled, disabled, blocklisted')
  if (asked === 'unconfirmed') return { ...common, state: 'pending' }
  if (asked !== '' && asked !== 'confirmed') throw unknownState(asked, LISTMONK_STATUSES.join(', '))
  const ip = (optin_ip ?? '').trim()
  return {
    ...common,
    state: 'active',
    confirmed_at: cells.confirmed_at,
    confirmed_how: [!isNever(cells.confirmed_at) && 'listmonk double opt-in', ip && `from ${ip}`]
      .filter(Boolean)
      .join(', '),
  }
}

/** Converts a Keila row to our columns. */
export function fromKeila(cells: ForeignCells): ImportCells {
  const { email, inserted_at, updated_at, double_opt_in_at } = cells
  const status = (cells.status ?? '').trim().toLowerCase()
  const common = { email, created_at: inserted_at }
  if (status === 'unreachable')
    return { ...common, state: 'suppressed', suppressed_reason: 'dead', suppressed_at: updated_at }
  if (status === 'unsubscribed') return { ...common, state: 'unsubscribed', unsubscribed_at: updated_at }
  if (status !== '' && status !== 'active') throw unknownState(status, 'active, unsubscribed, unreachable')
  return {
    ...common,
    state: 'active',
    confirmed_at: double_opt_in_at,
    confirmed_how: isNever(double_opt_in_at) ? '' : 'Keila double opt-in',
  }
}

const unknownState = (value: string, allowed: string): Fault =>
  new ImportFault('import.state', { value: value.slice(0, 40), allowed })

/**
 * The value at a path such as "prefs.topics" in a JSON cell, as a topics cell: a list becomes one line per item. Throws
 * import.json.
 */
export function topicsInJson(column: string, cell: string, path: string): string {
  if (cell.trim() === '') return ''
  let value: unknown = parsed(column, cell)
  for (const name of path.split('.')) value = (value as Record<string, unknown> | null)?.[name]
  const texts = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')
  return texts.join('\n')
}

function parsed(column: string, cell: string): object {
  try {
    const value: unknown = JSON.parse(cell)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // The fault below has our own message.
  }
  throw new ImportFault('import.json', { column })
}
