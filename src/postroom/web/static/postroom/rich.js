// Formatted text: Tiptap, from the wheel, with buttons of our own. What it makes is sanitised where it is sent.
import {
  Blockquote, Bold, BulletList, Document, Dropcursor, Editor, HardBreak, Heading, Image, Italic, Link,
  ListItem, OrderedList, Paragraph, Strike, Text, Underline, UndoRedo,
} from "../django_prose_editor/editor.js";

// Images from elsewhere are not even tried: their server would learn that somebody writes.
const OwnImage = Image.extend({
  addAttributes() { return { ...this.parent?.(), alt: { default: "" } }; },
  parseHTML: () => [{ tag: 'img[src^="/writing/"]' }, { tag: 'img[src^="data:image/"]' }],
});

const toggleList = (chain, name) => chain.toggleList(name, "listItem");
const SMALL_OCTETS = 60000;

const DOES = {
  bold: (chain) => chain.toggleMark("bold"),
  italic: (chain) => chain.toggleMark("italic"),
  underline: (chain) => chain.toggleMark("underline"),
  strike: (chain) => chain.toggleMark("strike"),
  bulletList: (chain) => toggleList(chain, "bulletList"),
  orderedList: (chain) => toggleList(chain, "orderedList"),
  blockquote: (chain) => chain.toggleWrap("blockquote"),
  clear: (chain) => chain.unsetAllMarks().clearNodes(),
};

for (const box of document.querySelectorAll("[data-rich-of]")) begin(box);

function begin(box) {
  const textarea = document.getElementById(box.dataset.richOf);
  const note = box.parentElement.querySelector("[data-rich-note]");
  const place = document.createElement("div");
  textarea.before(place);
  textarea.hidden = true;
  const editor = new Editor({
    element: place,
    injectCSS: false,
    extensions: [
      Document, Paragraph, Text, HardBreak, Bold, Italic, Underline, Strike, Blockquote, ListItem, BulletList, OrderedList.configure({ enableListAttributes: false }),
      Heading.configure({ levels: [2, 3] }), Dropcursor, UndoRedo,
      Link.extend({ addKeyboardShortcuts: () => ({ "Mod-k": () => { openLink(box, editor); return true; } }) })
        .configure({ openOnClick: false, autolink: true, defaultProtocol: "https", protocols: ["mailto", "tel"] }),
      OwnImage.configure({ inline: true, allowBase64: true }),
    ],
    content: textarea.value,
    editorProps: {
      attributes: {
        role: "textbox", "aria-multiline": "true", "aria-labelledby": `${textarea.id}_label`, class: "ProseMirror rich-text",
      },
      handlePaste: (view, event) => takeImages(event, event.clipboardData),
      handleDrop: (view, event) => takeImages(event, event.dataTransfer, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos),
    },
    onUpdate: () => {
      textarea.value = editor.isEmpty ? "" : editor.getHTML();
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
    onTransaction: ({ editor }) => show(box, editor),
  });
  box.editor = editor;
  const label = document.getElementById(`${textarea.id}_label`);
  label.removeAttribute("for");
  label.addEventListener("click", () => editor.commands.focus());
  putsFields(textarea.form, box, editor);
  tools(box, editor, (files) => insert(files));
  if (textarea.form.elements.to?.value && !document.querySelector("[autofocus], .field-wrong")) editor.commands.focus("start", { scrollIntoView: false });

  function takeImages(event, transfer, at) {
    const images = [...(transfer?.files ?? [])].filter((file) => /^image\/(png|jpeg|gif|webp)$/.test(file.type));
    if (!images.length || images.length < transfer.files.length || isOfWords(event, transfer)) return false;
    event.preventDefault();
    event.stopPropagation();
    box.closest(".writing")?.classList.remove("dropping");
    insert(images, at);
    return true;
  }

  async function insert(files, at) {
    note.textContent = "";
    for (const file of files) {
      const { src, why } = await (textarea.dataset.rich === "small" ? written(file) : sent(textarea.form, file));
      if (why) { note.textContent = why; continue; }
      const image = { type: "image", attrs: { src, alt: file.name.replace(/\.[a-z]+$/i, "") } };
      editor.chain().focus().insertContentAt(at ?? editor.state.selection.to, image).run();
    }
  }
}

// A template's field goes where its writer was: into the text, or a line that takes one.
function putsFields(form, box, editor) {
  let line = null;
  form.addEventListener("focusin", ({ target }) => {
    if (target.matches("[data-takes]")) line = target;
    else if (box.contains(target)) line = null;
  });
  for (const button of form.querySelectorAll("[data-puts]")) {
    button.addEventListener("click", () => {
      if (!line) return editor.chain().focus().insertContent(button.dataset.puts).run();
      line.setRangeText(button.dataset.puts, line.selectionStart, line.selectionEnd, "end");
      line.focus();
    });
  }
}

// Office programs put a picture of it beside what was copied; a copied file has its name there.
function isOfWords(event, transfer) {
  const words = event.type === "paste" ? transfer.getData("text/plain").trim() : "";
  return words !== "" && ![...transfer.files].some((file) => file.name === words);
}

// In a signature a small image is written out; in an email it is sent to the server and goes along as a part.
function written(file) {
  if (file.size > SMALL_OCTETS) return { why: "This image is too large for a signature: 60 kB are the most." };
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done({ src: reader.result });
    reader.onerror = () => done({ why: "This image could not be read." });
    reader.readAsDataURL(file);
  });
}

async function sent(form, file) {
  const keeping = new CustomEvent("draft:keep", { detail: {} });
  form.dispatchEvent(keeping);
  if (!(await keeping.detail.kept)) return { why: "The image was not added: the draft could not be saved. Try again." };
  const posted = new FormData();
  posted.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  posted.set("image", file);
  try {
    const answer = await fetch(form.dataset.images, { method: "POST", body: posted });
    return await answer.json();
  } catch {
    return { why: "The image was not added: there is no connection to the server." };
  }
}

function tools(box, editor, insert) {
  const bar = box.querySelector("[role=toolbar]");
  const picker = box.querySelector("[data-rich-image]");
  const buttons = [...bar.querySelectorAll("button")];
  bar.hidden = false;
  buttons.forEach((button, at) => { button.tabIndex = at ? -1 : 0; });
  bar.addEventListener("click", (event) => {
    const does = event.target.closest("button")?.dataset.does;
    if (does === "link") openLink(box, editor);
    else if (does === "image") picker.click();
    else if (does) DOES[does](editor.chain().focus()).run();
  });
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = buttons.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    buttons.forEach((button) => { button.tabIndex = button === next ? 0 : -1; });
    next.focus();
  });
  picker.addEventListener("change", async () => { await insert([...picker.files]); picker.value = ""; });
  show(box, editor);
}

function show(box, editor) {
  for (const button of box.querySelectorAll("[data-does]")) {
    const name = button.dataset.does;
    if (name !== "image" && name !== "clear") button.setAttribute("aria-pressed", String(editor.isActive(name)));
  }
}

function openLink(box, editor) {
  const dialog = box.querySelector("dialog");
  const field = dialog.querySelector("input");
  field.value = editor.getAttributes("link").href ?? "";
  const done = (does) => {
    const href = /^[a-z]+:/i.test(field.value) || !field.value ? field.value : `https://${field.value}`;
    dialog.close();
    const chain = editor.chain().focus().extendMarkRange("link");
    if (does === "unset" || (does === "set" && !href)) chain.unsetLink().run();
    else if (does === "set" && editor.state.selection.empty && !editor.isActive("link")) chain.insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] }).run();
    else if (does === "set") chain.setLink({ href }).run();
    else editor.commands.focus();
  };
  dialog.onclick = (event) => { if (event.target.dataset.link) done(event.target.dataset.link); };
  field.onkeydown = (event) => { if (event.key === "Enter") { event.preventDefault(); done("set"); } event.stopPropagation(); };
  dialog.showModal();
  field.select();
}
