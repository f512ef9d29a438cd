// Updates the preview while the reader types. htmx is larger than the rest of the page, so it loads when the form gets
// focus.
{
  const form = document.querySelector('#subscribe, #trial')
  const htmx = document.currentScript.src.replace(/[^/]+$/, 'htmx.js')

  const load = () => {
    const script = document.createElement('script')
    script.src = htmx
    // Include what was typed in the meantime; htmx reads the page before that.
    script.addEventListener('load', () => setTimeout(sayChanged))
    document.body.append(script)
  }

  const sayChanged = () => {
    const { value, defaultValue } = form.querySelector('textarea[name="topic"], #query')
    if (value === defaultValue) return
    form.querySelector('#topic, #query').dispatchEvent(new Event('input', { bubbles: true }))
  }

  if (form?.contains(document.activeElement)) load()
  else form?.addEventListener('focusin', load, { once: true })
}

// A preview needs no address and no library, so the form sends them only to subscribe.
document.addEventListener('htmx:config:request', ({ detail }) => {
  for (const name of ['email', 'library']) detail.ctx.request.body.delete(name)
})
