// The symbols of vessels as one layer: each drawn by distance to its outline, so that it is sharp at any size.
//
// Shapes follow IMO SN.1/Circ.243 and IEC 62288: a triangle along the heading for AIS, a circle for radar, both for a
// fused track, a cross over what is lost, corners about what is selected.

import { color, type DefaultProps, Layer, type LayerProps, picking, project32 } from "@deck.gl/core";
import { Geometry, Model } from "@luma.gl/engine";

import type { SymbolColumns } from "./columns";
import type { Rgba } from "./palette";

type SymbolProps = LayerProps & {
  /** Scales all sizes: smaller where many are seen from afar. */
  scale: number;
  /** How strongly flashing symbols show now, 0 to 1. */
  light: number;
  halo: Rgba;
};

const uniforms = `\
layout(std140) uniform symbolUniforms {
  float scale;
  float light;
  vec4 halo;
} symbol;
`;

const symbolModule = {
  name: "symbol",
  vs: uniforms,
  fs: uniforms,
  uniformTypes: { scale: "f32", light: "f32", halo: "vec4<f32>" },
} as const;

const vs = `\
#version 300 es
#define SHADER_NAME symbol-vertex
in vec3 positions;
in vec3 instancePositions;
in vec3 instancePositions64Low;
in vec4 instanceForms;
in float instanceAngles;
in vec4 instanceColors;
out vec2 vAlong;
out vec2 vScreen;
flat out vec4 vForm;
flat out vec4 vColor;

void main(void) {
  geometry.worldPosition = instancePositions;
  vForm = vec4(instanceForms.x, instanceForms.y * symbol.scale, instanceForms.zw);
  vColor = vec4(instanceColors.rgb, instanceColors.a * layer.opacity);
  float margin = vForm.z + 3.0;
  vScreen = positions.xy * (vForm.y + margin);
  float turn = radians(instanceAngles);
  vAlong = vec2(dot(vScreen, vec2(cos(turn), -sin(turn))), dot(vScreen, vec2(sin(turn), cos(turn))));
  gl_Position = project_position_to_clipspace(instancePositions, instancePositions64Low, vec3(0.0), geometry.position);
  DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
  gl_Position.xy += project_pixel_size_to_clipspace(vScreen);
}
`;

const fs = `\
#version 300 es
#define SHADER_NAME symbol-fragment
precision highp float;
in vec2 vAlong;
in vec2 vScreen;
flat in vec4 vForm;
flat in vec4 vColor;
out vec4 fragColor;

float segment(vec2 p, vec2 a, vec2 b) {
  vec2 pa = p - a;
  vec2 ba = b - a;
  return length(pa - ba * clamp(dot(pa, ba) / dot(ba, ba), 0.0, 1.0));
}

float box(vec2 p, float half_side) {
  vec2 d = abs(p) - half_side;
  return length(max(d, 0.0)) + min(max(d.x, d.y), 0.0);
}

// Apex ahead, base behind; signed, inside negative.
float triangle(vec2 p, float size) {
  vec2 apex = vec2(0.0, size);
  vec2 right = vec2(size * 0.56, -size * 0.72);
  vec2 left = vec2(-right.x, right.y);
  float outline = min(min(segment(p, apex, right), segment(p, right, left)), segment(p, left, apex));
  vec2 q = vec2(abs(p.x), p.y);
  vec2 edge = right - apex;
  bool inside = (q.x - apex.x) * edge.y - (q.y - apex.y) * edge.x > 0.0 && p.y > right.y;
  return inside ? -outline : outline;
}

// Signed distance to the closed part, and distance to the lines, of a shape.
vec2 outline(int shape, float size) {
  float circle = length(vScreen) - size * 0.82;
  if (shape == 0) { float t = triangle(vAlong, size); return vec2(t, abs(t)); }
  if (shape == 1) return vec2(circle, abs(circle));
  if (shape == 2) { float t = triangle(vAlong, size * 0.66); return vec2(t, min(abs(t), abs(length(vScreen) - size))); }
  if (shape == 3) { float b = box(vScreen, size * 0.6); return vec2(b, min(abs(b), length(vScreen) - size * 0.12)); }
  if (shape == 4) { float d = box(mat2(0.7071, 0.7071, -0.7071, 0.7071) * vScreen, size * 0.52); return vec2(d, abs(d)); }
  if (shape == 5) {
    float body = segment(vAlong, vec2(0.0, size), vec2(0.0, -size));
    float wings = segment(vec2(abs(vAlong.x), vAlong.y), vec2(0.0, size * 0.25), vec2(size * 0.9, -size * 0.15));
    float tail = segment(vAlong, vec2(-size * 0.4, -size * 0.8), vec2(size * 0.4, -size * 0.8));
    return vec2(1e3, min(min(body, wings), tail));
  }
  if (shape == 7) {
    float b = abs(box(vScreen, size));
    vec2 p = abs(vScreen);
    return vec2(1e3, max(b, size * 0.5 - min(p.x, p.y)));
  }
  if (shape == 8) {
    float d = box(mat2(0.7071, 0.7071, -0.7071, 0.7071) * vScreen, size * 0.62);
    return vec2(d, min(abs(d), length(vScreen) - 1.2));
  }
  float dot_ = length(vScreen) - size * 0.4;
  return vec2(dot_, abs(dot_));
}

void main(void) {
  int code = int(vForm.x + 0.5);
  float size = vForm.y;
  float half_line = vForm.z / 2.0;
  vec2 d = outline(code % 16, size);
  float line = d.y;
  if ((code / 16) % 2 == 1) {
    float arm = size * 1.05;
    line = min(line, min(segment(vScreen, vec2(-arm), vec2(arm)), segment(vScreen, vec2(-arm, arm), vec2(arm, -arm))));
  }
  float ink = 1.0 - smoothstep(half_line - 0.5, half_line + 0.5, line);
  float fill = vForm.w * (1.0 - smoothstep(-0.5, 0.5, d.x));
  float halo = 0.7 * (1.0 - smoothstep(half_line + 0.5, half_line + 2.0, line));
  float lit = code >= 32 ? symbol.light : 1.0;
  float strength = vColor.a * max(ink, fill) * lit;
  float alpha = max(strength, halo * vColor.a * symbol.halo.a);
  if (alpha < 0.01) discard;
  fragColor = vec4(mix(symbol.halo.rgb, vColor.rgb, strength / alpha), alpha);
}
`;

const defaultProps: DefaultProps<SymbolProps> = {
  scale: { type: "number", value: 1 },
  light: { type: "number", value: 1 },
  halo: { type: "array", value: [0, 0, 0, 255] },
};

export class SymbolLayer extends Layer<SymbolProps> {
  static override layerName = "SymbolLayer";
  static override defaultProps = defaultProps;

  declare state: { model: Model };

  constructor({ columns, ...props }: Partial<SymbolProps> & { id: string; columns: SymbolColumns }) {
    super({ ...props, data: columns.data } as SymbolProps);
  }

  override getShaders() {
    return super.getShaders({ vs, fs, modules: [project32, color, picking, symbolModule] });
  }

  override initializeState(): void {
    this.getAttributeManager()?.addInstanced({
      instancePositions: { size: 3, type: "float64", fp64: this.use64bitPositions(), noAlloc: true },
      instanceForms: { size: 4, noAlloc: true },
      instanceAngles: { size: 1, noAlloc: true },
      instanceColors: { size: 4, type: "unorm8", noAlloc: true },
    });
    const corners = new Float32Array([-1, -1, 0, 1, -1, 0, -1, 1, 0, 1, 1, 0]);
    const model = new Model(this.context.device, {
      ...this.getShaders(),
      id: this.props.id,
      bufferLayout: this.getAttributeManager()?.getBufferLayouts() ?? [],
      geometry: new Geometry({ topology: "triangle-strip", attributes: { positions: { size: 3, value: corners } } }),
      isInstanced: true,
    });
    this.setState({ model });
  }

  override draw(): void {
    const { scale, light, halo } = this.props;
    const { model } = this.state;
    model.shaderInputs.setProps({ symbol: { scale, light, halo: halo.map((byte) => byte / 255) } });
    model.draw(this.context.renderPass);
  }
}
