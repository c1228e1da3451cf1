"""Chinese for the experiments on activations and losses."""

ZH: dict[str, str] = {
    # dead-relu
    "When do ReLU units die?": "ReLU 神经元在什么情况下会“死亡”？",
    "Too high a learning rate kills ReLU units; a negative bias lets some start dead": (
        "学习率过大会让 ReLU 神经元死亡；初始偏置为负，则有些一开始就是死的"
    ),
    "best rate\nof ReLU: {best:g}": "ReLU 的最佳\n学习率：{best:g}",
    "dead hidden units, %": "死亡的隐藏单元（%）",
    "after training": "训练后",
    "before training": "训练前",
    "theory, before": "理论，训练前",
    "initial bias b of the hidden units": "隐藏单元的初始偏置 b",
    "Too high a learning rate kills ReLU units; a negative bias lets some start dead\n"
    "ReLU: {best:.0%} dead at its best η = {lr:g}, {many:.0%} at η = {high:g}; leaky ReLU there: {leaky:.0%}": (
        "学习率过大会让 ReLU 神经元死亡；初始偏置为负，则有些一开始就是死的\n"
        "ReLU 死亡比例：最佳 η = {lr:g} 时 {best:.0%}，η = {high:g} 时 {many:.0%}；后者换成 Leaky ReLU 为 {leaky:.0%}"
    ),
    # activation-race
    "Which activation learns fastest, and does depth change that?": "哪种激活函数学得最快？加深网络后还一样吗？",
    "With one hidden layer sigmoid keeps up; with four it does not get away from guessing": (
        "一个隐藏层时，sigmoid 跟得上；四个隐藏层时，它一直停在瞎猜的水平"
    ),
    "training loss": "训练损失",
    "mean loss of the training": "训练全程的平均损失",
    "theory: guessing, {guess:.3f}": "理论：瞎猜，{guess:.3f}",
    "hidden layers: {n}": "隐藏层数：{n}",
    "At depth {few} sigmoid keeps up; at depth {n} it does not get away from guessing\n"
    "Right on test data at depth {n}: sigmoid {sigmoid:.0%}, tanh {tanh:.0%}, ReLU {relu:.0%}, GELU {gelu:.0%}": (
        "隐藏层数为 {few} 时，sigmoid 跟得上；为 {n} 时，它一直停在瞎猜的水平\n"
        "隐藏层数为 {n} 时的测试正确率：sigmoid {sigmoid:.0%}，tanh {tanh:.0%}，ReLU {relu:.0%}，GELU {gelu:.0%}"
    ),
    # softmax-temperature
    "What does a temperature do to softmax?": "温度对 softmax 有什么影响？",
    "Cold, softmax gives all to the largest logit; warm, it evens the classes out": (
        "温度低时，softmax 把概率全给最大的 logit；温度高时，各类概率趋于相等"
    ),
    "theory, T → ∞: 1/K = {limit:.3f}": "理论，T → ∞：1/K = {limit:.3f}",
    "theory, T → ∞: ln K = {top:.3f}": "理论，T → ∞：ln K = {top:.3f}",
    "theory, T large:\nln K − v/2T²": "理论，T 较大时：\nln K − v/2T²",
    "temperature T": "温度 T",
    "probability p": "概率 p",
    "entropy H (K = {n})": "熵 H（K = {n}）",
    "Cold, softmax gives all to the largest logit; warm, it evens the classes out\n"
    "Median entropy, as a share of ln K: {cold:.0%} at T = {low:g}, {warm:.0%} at T = {high:g}": (
        "温度低时，softmax 把概率全给最大的 logit；温度高时，各类概率趋于相等\n"
        "熵占 ln K 的比例（中位数）：T = {low:g} 时 {cold:.0%}，T = {high:g} 时 {warm:.0%}"
    ),
    # logits-or-probabilities
    "What does a softmax before the cross-entropy cost?": "交叉熵之前多做一次 softmax，代价有多大？",
    "Given probabilities, cross-entropy stops at its floor; given logits it goes on falling": (
        "把概率交给交叉熵，损失降到下限就停住；交给它 logits，损失会一直下降"
    ),
    "theory: floor ln(1 + (K − 1)/e) = {floor:.4f}, K = {classes}": (
        "理论：下限 ln(1 + (K − 1)/e) = {floor:.4f}，K = {classes}"
    ),
    "cross-entropy, training data": "训练集上的交叉熵",
    "Given probabilities, cross-entropy stops at its floor; given logits it goes on falling\n"
    "Right on test data: {logits:.1%} with logits, {probabilities:.1%} with probabilities": (
        "把概率交给交叉熵，损失降到下限就停住；交给它 logits，损失会一直下降\n"
        "测试集正确率：用 logits 为 {logits:.1%}，用概率为 {probabilities:.1%}"
    ),
    # bce-saturation
    "What is left of the gradient when a prediction is wrong and sure of it?": "预测错得很自信时，梯度还剩多少？",
    "Sure of the wrong class, BCE on probabilities loses its gradient; on logits it keeps it": (
        "自信地判错时，用概率算 BCE，梯度会消失；用 logits 算则不会"
    ),
    "float32:\n$\\sigma(z)$ = 1\nfrom z = {edge:.1f}": "float32：\nz ≥ {edge:.1f} 时\n$\\sigma(z)$ = 1",
    "logit z of a wrong prediction": "错误预测的 logit z",
    "size of the gradient |dL/dz|": "梯度大小 |dL/dz|",
    "×: at least half the seeds never recover\n({n} updates, rates up to {rate:g})": (
        "×：半数以上的种子始终没有恢复\n（更新 {n} 次，学习率最大试到 {rate:g}）"
    ),
    "bias that training starts from": "训练开始时的偏置",
    "updates to recover": "恢复所需的更新次数",
    "Sure of the wrong class, BCE on probabilities loses its gradient; on logits it keeps it\n"
    "From bias {start:g} recover: {bce_with_logits:.0%} (BCEWithLogits), {bce:.0%} (BCE), {mse:.0%} (MSE)": (
        "自信地判错时，用概率算 BCE，梯度会消失；用 logits 算则不会\n"
        "偏置从 {start:g} 开始，能恢复的占：BCEWithLogits {bce_with_logits:.0%}，BCE {bce:.0%}，MSE {mse:.0%}"
    ),
    # outliers
    "How far do outliers pull a fit, by the loss?": "用不同的损失拟合，异常值会把结果拉偏多少？",
    "The farther an outlier, the harder it pulls on MSE; MAE and Smooth L1 cap its pull": (
        "用 MSE 时，异常值越远拉力越大；MAE 和 Smooth L1 则给拉力设了上限"
    ),
    "theory": "理论",
    "fitted − true value (outliers at +{distance:g})": "拟合值 − 真实值（异常值偏移 {distance:g}）",
    "outliers, % of the data": "异常值占数据的百分比",
    "error e of one point": "单个点的误差 e",
    "its pull on the fit: gradient ψ(e)": "该点对拟合的拉力：梯度 ψ(e)",
    "The farther an outlier, the harder it pulls on MSE; MAE and Smooth L1 cap its pull\n"
    "{share:.0%} outliers move the fit by {mse:.2f} (MSE), {smooth_l1:.2f} (Smooth L1), {mae:.2f} (MAE)": (
        "用 MSE 时，异常值越远拉力越大；MAE 和 Smooth L1 则给拉力设了上限\n"
        "异常值占 {share:.0%} 时，拟合值偏离：MSE {mse:.2f}，Smooth L1 {smooth_l1:.2f}，MAE {mae:.2f}"
    ),
}
