// A signature with the finger: what is drawn becomes the file of the form. Without script a photograph is chosen instead.
for (const box of document.querySelectorAll("[data-sign]")) {
  const canvas = box.querySelector("canvas"), input = document.getElementById(box.dataset.sign), pen = canvas.getContext("2d");
  box.hidden = false;
  const fit = () => {
    canvas.width = canvas.clientWidth * devicePixelRatio;
    canvas.height = canvas.clientHeight * devicePixelRatio;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 2.5 * devicePixelRatio;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#1b2433";
  };
  const place = (event) => {
    const area = canvas.getBoundingClientRect();
    return [(event.clientX - area.left) * devicePixelRatio, (event.clientY - area.top) * devicePixelRatio];
  };
  const keep = () =>
    canvas.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "signature.png", { type: "image/png" }));
      input.files = files.files;
    }, "image/png");
  let drawing = false;
  canvas.addEventListener("pointerdown", (event) => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    pen.lineTo(...place(event));
    pen.stroke();
  });
  canvas.addEventListener("pointerup", () => { drawing = false; keep(); });
  box.querySelector("button").addEventListener("click", () => { fit(); input.value = ""; });
  fit();
}
