"""Chinese for the experiments on initialization and depth."""

ZH: dict[str, str] = {
    # gallery/_depth.py
    "large: N(0, 1)": "大：N(0, 1)",
    "torch's default": "torch 默认",
    "small: N(0, 0.01²)": "小：N(0, 0.01²)",
    "{band}    dashed: theory": "{band}    虚线：理论值",
    "{law} keeps {share:.2g}": "{law} 保留 {share:.2g}",
    # signal-by-depth
    "What is left of the signal after many layers?": "信号穿过许多层之后，还剩下多少？",
    "Small weights let the signal die out, large ones make it explode; Kaiming's law keeps ReLU's": (
        "权重太小，信号逐层消失；权重太大，信号逐层爆炸；Kaiming 初始化能保住 ReLU 的信号"
    ),
    "layer $l$": "第 $l$ 层",
    "signal: root mean square of $z$": "信号：$z$ 的均方根",
    "Small weights: the signal dies out. Large ones: ReLU's explodes, tanh's saturates": (
        "权重太小，信号逐层消失；权重太大，ReLU 的信号爆炸，tanh 则饱和"
    ),
    # gradient-by-depth
    "What is left of the gradient on its way back through many layers?": "梯度往回穿过许多层之后，还剩下多少？",
    "Sigmoid's gradient dies out on its way back, tanh's hardly by Xavier's law, ReLU's not by Kaiming's": (
        "往回传时，sigmoid 的梯度逐层消失；tanh 配 Xavier 减小得很慢，ReLU 配 Kaiming 基本不变"
    ),
    "layer $l$, from the last back": "第 $l$ 层（从最后一层往回）",
    "root mean square of dL/d$z$": "dL/d$z$ 的均方根",
    "Xavier: sigmoid loses the gradient, tanh hardly. ReLU needs Kaiming's law": (
        "配 Xavier，sigmoid 的梯度逐层消失，tanh 变化不大；ReLU 要配 Kaiming"
    ),
}
