// three.js, served from the package that carries it, beside these files.
export * from "../archviz.ui.viewer.assets.three/three.module.min.js";
