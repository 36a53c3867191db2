// socket.io: one room, over WebSockets alone. Usage: node socketio_server.mjs PORT
import { createServer } from "node:http";
import { Server } from "socket.io";

const ROOM = "news";
const EVENT = "article.updated";

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    io.to(ROOM).emit(EVENT, JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(200, { "content-type": "application/json", "content-length": 2 });
    response.end("{}");
  });
});
// No ping within a measurement: the client counts bytes.
const io = new Server(server, { transports: ["websocket"], pingInterval: 3_600_000, serveClient: false });
io.on("connection", (socket) => {
  socket.on("subscribe", () => {
    socket.join(ROOM);
    socket.emit("subscribed");
  });
});
server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 1024 }, () => console.log("ready"));
