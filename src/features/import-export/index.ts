import type { Feature } from '../../core/feature.ts'

/** Subscribers as CSV: imported from our own format or an export of another program, and exported again. */
export const importExport: Feature = {
  name: 'import-export',
  operations: [
    {
      noun: 'subscribers',
      verbs: ['import', 'export'],
      read: async () => (await import('./operations.ts')).IMPORT_EXPORT_OPERATIONS,
    },
  ],
  routes: [
    { area: 'admin', read: async () => (await import('./import-routes.ts')).importPages },
    { area: 'admin', read: async () => (await import('./export-routes.ts')).exportPages },
  ],
  errors: async () => (await import('./import-fault.ts')).importErrors,
}
