import { errorEntries } from '../../core/error-table.ts'

export const mcpErrors = {
  ...errorEntries(400, 1, {
    'mcp.batch': 'This address takes one JSON-RPC message in each request, not a list. Send them one by one.',
  }),
  ...errorEntries(403, 1, {
    'mcp.other-origin':
      'The request comes from a page of another site: its Origin is not {origin}. Use a program that sends no Origin.',
  }),
  ...errorEntries(404, 1, {
    'mcp.unknown-tool': 'There is no tool "{name}". The tools are {known}.',
  }),
}
