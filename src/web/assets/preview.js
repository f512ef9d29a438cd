// A preview needs no address: it is not sent before somebody subscribes.
document.addEventListener('htmx:config:request', ({ detail }) => detail.ctx.request.body.delete('email'))
