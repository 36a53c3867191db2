// The npm package `ws`: every client is a subscriber. Usage: node ws_server.mjs PORT
import { createServer } from "node:http";
import { WebSocket, WebSocketServer } from "ws";

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const text = Buffer.concat(chunks).toString();
    for (const client of sockets.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(text);
    }
    response.writeHead(200, { "content-type": "application/json", "content-length": 2 });
    response.end("{}");
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket) => {
  socket.on("message", () => socket.send("subscribed"));
});
server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 1024 }, () => console.log("ready"));
