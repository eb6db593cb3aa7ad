// aimock with a mind behind it: it reads each request and writes each answer of every protocol itself, and asks a server of
// chat completions what the answer is. Arguments: aimock's folder, port, the server's base URL.
const [folder, port, upstream] = process.argv.slice(2);
const { LLMock } = await import(`${folder}/dist/index.js`);
const mock = new LLMock({ port: Number(port), chunkSize: 200 });

mock.on({ predicate: () => true }, async ({ model, messages, tools }) => {
  const asked = await fetch(`${upstream}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, messages, tools }),
  });
  if (!asked.ok) return { status: asked.status, error: { message: await asked.text() } };
  const { content, tool_calls: calls } = (await asked.json()).choices[0].message;
  const toolCalls = (calls ?? []).map(({ id, function: { name, arguments: given } }) => ({ id, name, arguments: given }));
  if (!toolCalls.length) return { content };
  return content ? { content, toolCalls } : { toolCalls };
});
await mock.start();
